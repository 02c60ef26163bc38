package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What Flight Recorder gets to see of pools. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class JfrEventsTest {

  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir private Path folder;

  private List<RecordedEvent> recorded(String taskLeast, Runnable program) throws IOException {
    Path file = folder.resolve("events.jfr");
    try (Recording recording = new Recording()) {
      for (String each : List.of("Call", "Chunk", "WorkerStart", "WorkerExit", "WorkerCrash")) {
        recording.enable("poolmap." + each).withThreshold(Duration.ZERO);
      }
      recording.enable("poolmap.Task").with("least", taskLeast);
      recording.start();
      program.run();
      recording.stop();
      recording.dump(file);
    }
    List<RecordedEvent> events =
        RecordingFile.readAllEvents(file).stream()
            .filter(event -> event.getEventType().getName().startsWith("poolmap."))
            .toList();
    Files.delete(file);
    return events;
  }

  private static List<RecordedEvent> of(List<RecordedEvent> events, String name) {
    return events.stream()
        .filter(event -> event.getEventType().getName().equals("poolmap." + name))
        .toList();
  }

  private static Duration took(RecordedEvent event) {
    return event.getDuration("took");
  }

  @Test
  void aRecordingTellsWhatProcessesDid() throws IOException {
    List<RecordedEvent> events =
        recorded(
            "10 ms",
            () -> {
              try (Pool<Integer, Integer> pool =
                  ProcessPool.<Integer, Integer>builder()
                      .workers(1)
                      .name("recorded")
                      .startStrategy(StartStrategy.spawn())
                      .build()) {
                pool.map(
                    x -> {
                      Thread.sleep(x);
                      return x;
                    },
                    List.of(2, 2, 30, 40));
                assertThatThrownBy(
                        () ->
                            pool.map(
                                x -> {
                                  Runtime.getRuntime().halt(3);
                                  return x;
                                },
                                List.of(7)))
                    .isInstanceOf(WorkerCrashedException.class);
              }
            });
    assertThat(events).allMatch(event -> event.getString("pool").equals("recorded"));

    List<RecordedEvent> calls = of(events, "Call");
    assertThat(calls).hasSize(2);
    assertThat(calls.get(0).getLong("call")).isEqualTo(1);
    assertThat(calls.get(0).getLong("items")).isEqualTo(4);
    assertThat(calls.get(0).getClass("failure")).isNull();
    assertThat(calls.get(0).getDuration()).isGreaterThan(Duration.ofMillis(73));
    assertThat(calls.get(1).getClass("failure").getName())
        .isEqualTo(WorkerCrashedException.class.getName());

    List<RecordedEvent> starts = of(events, "WorkerStart");
    long pid = starts.get(0).getLong("pid");
    assertThat(pid).isPositive();
    assertThat(starts.get(0).getInt("slot")).isZero();
    assertThat(starts.get(0).getString("worker")).isEqualTo("recorded-1 (pid " + pid + ")");
    assertThat(starts.get(0).getString("failure")).isNull();
    assertThat(starts.get(0).getDuration()).isGreaterThan(Duration.ofMillis(20));

    List<RecordedEvent> chunks = of(events, "Chunk");
    List<RecordedEvent> first =
        chunks.stream().filter(chunk -> chunk.getLong("call") == 1).toList();
    Set<Long> indices = new TreeSet<>();
    for (RecordedEvent chunk : first) {
      assertThat(chunk.getLong("pid")).isEqualTo(pid);
      assertThat(chunk.getInt("failed")).isZero();
      assertThat(chunk.getLong("bytesSent")).isPositive();
      assertThat(chunk.getLong("bytesReceived")).isPositive();
      for (int i = 0; i < chunk.getInt("items"); i++) {
        indices.add(chunk.getLong("firstIndex") + i);
      }
    }
    assertThat(indices).containsExactly(0L, 1L, 2L, 3L);
    // By then all classes of events have been loaded.
    RecordedEvent last = first.get(first.size() - 1);
    assertThat(last.getDuration("busy")).isGreaterThanOrEqualTo(Duration.ofMillis(39));
    assertThat(last.getDuration("busy").plus(last.getDuration("handOver")))
        .isLessThanOrEqualTo(last.getDuration().plusMillis(5));

    List<RecordedEvent> tasks =
        of(events, "Task").stream().filter(task -> task.getLong("call") == 1).toList();
    // Those of 2 ms may be among them, on a busy machine.
    assertThat(tasks).allMatch(task -> took(task).compareTo(Duration.ofMillis(10)) >= 0);
    assertThat(tasks.stream().map(task -> task.getLong("index")).collect(Collectors.toSet()))
        .contains(2L, 3L);
    assertThat(tasks)
        .allMatch(
            task -> !task.getInstant("began").isBefore(calls.get(0).getStartTime().minusMillis(20)))
        .allMatch(task -> !task.getBoolean("failed"));

    RecordedEvent crash = of(events, "WorkerCrash").get(0);
    assertThat(crash.getLong("call")).isEqualTo(2);
    assertThat(crash.getLong("index")).isZero();
    assertThat(crash.getLong("pid")).isEqualTo(pid);
    assertThat(crash.getString("reason")).contains("EXIT");
    assertThat(crash.getBoolean("retried")).isFalse();

    RecordedEvent exit = of(events, "WorkerExit").get(0);
    assertThat(exit.getLong("pid")).isEqualTo(pid);
    assertThat(exit.getString("reason")).contains("EXIT");
  }

  @Test
  void theLeastTimeOfATaskIsASetting() throws IOException {
    Runnable program =
        () -> {
          try (Pool<Integer, Integer> pool =
              ThreadPool.<Integer, Integer>builder().workers(2).build()) {
            pool.map(
                x -> {
                  Thread.sleep(5);
                  return x;
                },
                IntStream.range(0, 6).boxed().toList());
          }
        };
    List<RecordedEvent> all = of(recorded("2 ms", program), "Task");
    assertThat(all).hasSize(6).allMatch(task -> task.getLong("pid") == 0);
    assertThat(of(recorded("30 s", program), "Task")).isEmpty();
  }

  @Test
  void aStreamHearsOfItWhileItHappens() {
    ConcurrentLinkedQueue<RecordedEvent> heard = new ConcurrentLinkedQueue<>();
    try (RecordingStream stream = new RecordingStream();
        Pool<Integer, Integer> pool = ThreadPool.<Integer, Integer>builder().workers(1).build()) {
      stream.enable("poolmap.Call");
      stream.setReuse(false);
      stream.onEvent("poolmap.Call", heard::add);
      stream.startAsync();
      await().atMost(SOON).until(FlightRecorder::isInitialized);
      await()
          .atMost(SOON)
          .until(
              () -> {
                pool.map(x -> x, List.of(1, 2, 3));
                return !heard.isEmpty();
              });
    }
    assertThat(heard.peek().getLong("items")).isEqualTo(3);
  }

  /** Says which classes of Flight Recorder a program has loaded that nobody records. */
  public static final class Unrecorded {
    public static void main(String[] args) {
      try (Pools pools = Pools.create()) {
        System.out.println("threads " + pools.threads(1).map(x -> x + 1, List.of(1, 2)));
        System.out.println("processes " + pools.processes(1).map(x -> x + 1, List.of(1, 2)));
        System.out.println("calls " + pools.threads(1).stats().calls());
      }
    }
  }

  private List<String> run(String... options) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), Unrecorded.class.getName()));
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    List<String> lines = Files.readAllLines(output);
    assertThat(process.exitValue()).as(String.join("\n", lines)).isZero();
    return lines;
  }

  @Test
  void aProgramThatNobodyRecordsLoadsNoEvent() throws Exception {
    List<String> lines = run("-Xlog:class+load:stdout");
    assertThat(lines).anyMatch(line -> line.contains("threads [2, 3]"));
    assertThat(lines)
        .filteredOn(line -> line.contains("io.github.poolmap.internal.observe"))
        .noneMatch(line -> line.contains("Event ") || line.contains("LeastTime"));
    assertThat(lines).noneMatch(line -> line.contains(" jdk.jfr.Event "));
  }

  @Test
  void aRuntimeWithoutFlightRecorderWillDo() throws Exception {
    List<String> lines =
        run(
            "--limit-modules",
            "java.management,java.naming,java.logging,jdk.unsupported,java.xml,java.desktop,java.compiler,java.instrument,java.sql");
    assertThat(lines).contains("threads [2, 3]", "processes [2, 3]", "calls 1");
  }
}
