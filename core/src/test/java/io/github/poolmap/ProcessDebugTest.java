package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** A debugger port on one worker and on no other. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ProcessDebugTest {

  private static final Pattern ADDRESS =
      Pattern.compile(
          "(\\S+) \\(pid \\d+\\): a debugger can be attached at (127\\.0\\.0\\.1):(\\d+)");

  private Logs logs;

  @BeforeEach
  void listen() {
    logs = new Logs();
  }

  @AfterEach
  void release() {
    logs.close();
  }

  /** The index of the worker and how many ports it listens on. */
  private static String portsOfThisWorker() throws IOException {
    Set<String> listening = new HashSet<>();
    for (String table : List.of("tcp", "tcp6")) {
      Path path = Path.of("/proc/self/net", table);
      for (String line : Files.exists(path) ? Files.readAllLines(path) : List.<String>of()) {
        String[] fields = line.strip().split("\\s+");
        if (fields[3].equals("0A")) {
          listening.add("socket:[" + fields[9] + "]");
        }
      }
    }
    int ports = 0;
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors.toList()) {
        if (Files.isSymbolicLink(descriptor)
            && listening.contains(Files.readSymbolicLink(descriptor).toString())) {
          ports++;
        }
      }
    }
    return WorkerInfo.current().index() + ": " + ports;
  }

  @Test
  void aDebuggerCanAttachToThatWorkerAndToNoOther(@TempDir Path folder) throws IOException {
    assumeTrue(Files.exists(Path.of("/proc/self/net/tcp")));
    Journal journal = new Journal(folder.resolve("journal"));
    try (Pool<Object, Object> pool =
        ProcessPool.builder().workers(3).debug(1).options(o -> o.chunkSize(1)).build()) {
      List<String> ports =
          new ArrayList<>(
              pool.map(
                  x -> {
                    // All workers at once, so that each is heard.
                    journal.add("here " + x);
                    for (int other = 0; other < 3; other++) {
                      journal.hold("here " + other);
                    }
                    return portsOfThisWorker();
                  },
                  PoolUnderTest.range(3)));
      assertThat(ports).containsExactlyInAnyOrder("0: 0", "1: 1", "2: 0");
      Matcher address = theAddress(0);
      assertThat(address.group(1)).isEqualTo("poolmap-processes-2");
      assertAnswersToADebugger(address);
    }
  }

  private Matcher theAddress(int which) {
    List<String> warnings =
        logs.messages(Level.WARN).stream().filter(line -> line.contains("debugger")).toList();
    assertThat(warnings).hasSize(which + 1);
    Matcher address = ADDRESS.matcher(warnings.get(which));
    assertThat(address.matches()).as(warnings.get(which)).isTrue();
    return address;
  }

  private static void assertAnswersToADebugger(Matcher address) throws IOException {
    byte[] greeting = "JDWP-Handshake".getBytes(StandardCharsets.US_ASCII);
    try (Socket debugger = new Socket(address.group(2), Integer.parseInt(address.group(3)))) {
      debugger.setSoTimeout(10_000);
      debugger.getOutputStream().write(greeting);
      assertThat(debugger.getInputStream().readNBytes(greeting.length)).isEqualTo(greeting);
    }
  }

  @Test
  void theJvmThatTakesItsPlaceListensAgain() throws IOException {
    try (Pool<Object, Object> pool = ProcessPool.builder().workers(1).debug(0).build()) {
      List<Outcome<Integer, Integer>> crashed =
          pool.mapOutcomes(
              x -> {
                Runtime.getRuntime().halt(1);
                return x;
              },
              List.of(1));
      assertThat(crashed.get(0).isSuccess()).isFalse();
      assertThat(pool.<Integer>apply(() -> 1)).isEqualTo(1);
      assertAnswersToADebugger(theAddress(1));
    }
  }

  @Test
  void thereHasToBeSuchAWorker() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ProcessPool.builder().debug(-1))
        .withMessage("debug = -1 is out of range: allowed are 0 to workers - 1");
    ProcessPool.Builder<Object, Object> builder = ProcessPool.builder().debug(2).workers(2);
    assertThatIllegalArgumentException()
        .isThrownBy(builder::build)
        .withMessage("debug = 2 is out of range: allowed are 0 to 1");
    try (Pools pools = Pools.create()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> pools.processes(b -> b.workers(2).debug(2)))
          .withMessageContaining("debug = 2");
    }
    builder.workers(3).build().close();
  }
}
