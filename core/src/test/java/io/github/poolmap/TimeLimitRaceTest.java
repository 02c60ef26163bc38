package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Cancel or kill races with the worker's next task: 3,000 items, or 10,000 with {@code
 * -Dpoolmap.long=true}, end, or would end, within 3 ms of their time limit, each followed by an
 * innocent one that takes no time. Some are deaf to their interrupt, and end around the end of the
 * grace period, so that their JVM is killed or just not.
 *
 * <p>A busy machine may hold up an innocent item beyond its limit, which is not a fault. So the
 * test goes by evidence: the clock of an item cannot have started before its worker was done with
 * the item before it; so if the worker began the item behind it, or was interrupted, in less than
 * the limit after that, the item had been in time.
 */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class TimeLimitRaceTest {

  private static final int RACES = Boolean.getBoolean("poolmap.long") ? 10_000 : 3_000;
  private static final int SPREAD_MICROS = 3_000;
  private static final int LIMIT_MILLIS = 10;
  private static final int GRACE_MILLIS = 500;

  /** Each kill costs the boot of a JVM. */
  private static final int DEAF_EVERY = 250;

  /**
   * An item.
   *
   * @param micros how long it takes
   */
  private record Race(int index, int micros, boolean deaf) implements Serializable {}

  private static List<Race> races(Random random) {
    List<Race> races = new ArrayList<>();
    for (int i = 0; i < RACES; i++) {
      boolean deaf = i % DEAF_EVERY == DEAF_EVERY / 2;
      int micros = LIMIT_MILLIS * 1000 + random.nextInt(2 * SPREAD_MICROS) - SPREAD_MICROS;
      if (deaf && random.nextBoolean()) {
        // The kill comes somewhat later than the grace period ends.
        micros = (LIMIT_MILLIS + GRACE_MILLIS) * 1000 + random.nextInt(20 * SPREAD_MICROS);
      }
      races.add(new Race(2 * i, micros, deaf));
      races.add(new Race(2 * i + 1, 0, false));
    }
    return races;
  }

  /** What an item does. Each line of the journal is index, worker, time, and s for a start. */
  private static int run(Race race, Journal journal) throws InterruptedException {
    long start = System.nanoTime();
    note(journal, race, start, "s");
    try {
      pause(race, start + TimeUnit.MICROSECONDS.toNanos(race.micros()));
    } catch (InterruptedException e) {
      note(journal, race, System.nanoTime(), "i");
      throw e;
    }
    return race.index();
  }

  private static void note(Journal journal, Race race, long time, String what) {
    String worker = ProcessHandle.current().pid() + "/" + Thread.currentThread().getName();
    journal.add(race.index() + " " + worker.replace(' ', '_') + " " + time + " " + what);
  }

  private static void pause(Race race, long end) throws InterruptedException {
    long left;
    while ((left = end - System.nanoTime()) > 0) {
      if (race.deaf()) {
        LockSupport.parkNanos(left);
        Thread.interrupted();
      } else {
        TimeUnit.NANOSECONDS.sleep(left);
      }
    }
  }

  /**
   * Loads what an item needs to begin and to heed its interrupt, which takes a fresh JVM without a
   * core longer than the grace period.
   */
  private static void warmUp(Journal rehearsals) throws InterruptedException {
    Race heeding = new Race(0, LIMIT_MILLIS * 1000, false);
    for (Race race : List.of(heeding, new Race(0, 1000, true))) {
      run(race, rehearsals);
    }
    Thread.currentThread().interrupt();
    try {
      pause(heeding, System.nanoTime() + TimeUnit.MINUTES.toNanos(1));
      throw new AssertionError("the interrupt had no effect");
    } catch (InterruptedException e) {
      note(rehearsals, heeding, System.nanoTime(), "i");
    }
  }

  /** Differences of such times do not overflow. */
  private static final long NEVER = Long.MAX_VALUE / 2;

  /** What the journal says of an item. */
  private static final class Story {
    private String worker = "";
    private int starts;
    private int micros;
    private long start;
    private long notBefore = -NEVER;
    private long interrupted = NEVER;
    private long nextStart = NEVER;

    long inTheWorkerAtMost() {
      return Math.min(interrupted, nextStart) - notBefore;
    }
  }

  private static List<Story> read(Journal journal, List<Race> races) {
    List<Story> stories = new ArrayList<>();
    for (int i = 0; i < 2 * RACES; i++) {
      stories.add(new Story());
    }
    for (String line : journal.lines()) {
      String[] parts = line.split(" ");
      Story story = stories.get(Integer.parseInt(parts[0]));
      long time = Long.parseLong(parts[2]);
      if (parts[3].equals("s")) {
        story.starts++;
        story.micros = races.get(Integer.parseInt(parts[0])).micros();
        story.worker = parts[1];
        story.start = time;
      } else {
        story.interrupted = time;
      }
    }
    Map<String, List<Story>> byWorker = new HashMap<>();
    for (Story story : stories) {
      byWorker.computeIfAbsent(story.worker, worker -> new ArrayList<>()).add(story);
    }
    for (List<Story> each : byWorker.values()) {
      each.sort((a, b) -> Long.compare(a.start, b.start));
      for (int i = 0; i + 1 < each.size(); i++) {
        Story story = each.get(i);
        Story next = each.get(i + 1);
        story.nextStart = next.start;
        long end = story.start + TimeUnit.MICROSECONDS.toNanos(story.micros);
        // A deaf one may go on after its thread has been replaced.
        next.notBefore = Math.min(Math.min(story.interrupted, end), next.start);
      }
    }
    return stories;
  }

  private static Pool<Race, Integer> pool(
      PoolKind kind, int workers, Effect<WorkerInfo> initializer) {
    return kind == PoolKind.PROCESSES
        ? ProcessPool.<Race, Integer>builder().workers(workers).initializer(initializer).build()
        : ThreadPool.<Race, Integer>builder().workers(workers).initializer(initializer).build();
  }

  @ParameterizedTest
  @CsvSource({"PROCESSES, 8", "THREADS, 48"})
  void aTaskEndedByItsLimitNeverTakesTheNextOneWithIt(
      PoolKind kind, int workers, @TempDir Path folder) {
    Journal journal = new Journal(folder.resolve("journal"));
    Journal rehearsals = new Journal(folder.resolve("rehearsals"));
    List<Race> races = races(new Random(workers));
    List<Outcome<Race, Integer>> outcomes;
    int given;
    try (Logs logs = new Logs();
        Pool<Race, Integer> pool = pool(kind, workers, info -> warmUp(rehearsals))) {
      outcomes =
          pool.with(
                  o ->
                      o.chunkSize(10)
                          .taskTimeout(Duration.ofMillis(LIMIT_MILLIS))
                          .gracePeriod(Duration.ofMillis(GRACE_MILLIS)))
              .mapOutcomes(race -> run(race, journal), races);
      given =
          (int)
              logs.messages(Level.WARN).stream()
                  .filter(message -> message.contains("ignores its interrupt"))
                  .count();
    }
    List<Story> stories = read(journal, races);
    assertThat(outcomes).hasSize(2 * RACES);
    assertThat(rehearsals.lines()).hasSizeGreaterThanOrEqualTo(3);
    int[] failed = new int[2];
    int silent = 0;
    Set<String> faults = new HashSet<>();
    for (int i = 0; i < 2 * RACES; i++) {
      Outcome<Race, Integer> outcome = outcomes.get(i);
      Story story = stories.get(i);
      assertThat(story.starts).as("starts of item %s", i).isBetween(outcome.isSuccess() ? 1 : 0, 1);
      assertThat(outcome.attempts()).isEqualTo(1);
      if (outcome.isSuccess()) {
        assertThat(outcome.value()).isEqualTo(i);
        assertThat(story.interrupted).as("interrupt of item %s", i).isEqualTo(NEVER);
        continue;
      }
      failed[i % 2]++;
      assertThat(outcome.failure()).isInstanceOf(TaskTimeoutException.class);
      if (story.starts == 0) {
        // In a fresh JVM that is denied a core the limit may be over before the first line.
        silent++;
        continue;
      }
      long atMost = story.inTheWorkerAtMost();
      if (atMost < TimeUnit.MILLISECONDS.toNanos(LIMIT_MILLIS)) {
        faults.add(races.get(i) + " failed after " + atMost / 1000 + " us: " + outcome.failure());
      }
    }
    assertThat(faults).isEmpty();
    assertThat(silent).as("items that never began").isLessThan(RACES / 100);
    // Otherwise nothing has been tested. On a machine with too much to do a limit ends items some
    // milliseconds late, by when most of them have ended by themselves.
    assertThat(failed[0]).isBetween(RACES / 100, RACES * 9 / 10);
    // On a machine with too much to do others do not come to heed their interrupt in time.
    assertThat(given).isBetween(1, 2 * RACES / DEAF_EVERY);
    // A machine so busy that this fails could show nothing.
    assertThat(failed[1]).isLessThan(RACES / 20);
  }

  /**
   * A deaf item that ends because the processes are killed which it waits for: those go before its
   * JVM does, so that an item behind it could begin in between.
   */
  @Test
  void nothingBeginsInAWorkerThatIsBeingKilled(@TempDir Path folder) {
    Journal journal = new Journal(folder.resolve("journal"));
    try (Pools pools = Pools.builder().workers(1).build()) {
      List<Outcome<Integer, Integer>> outcomes =
          pools
              .processes()
              .with(
                  o ->
                      o.chunkSize(2)
                          .taskTimeout(Duration.ofSeconds(1))
                          .gracePeriod(Duration.ofSeconds(1)))
              .mapOutcomes(
                  x -> {
                    journal.add(x);
                    if (x == 0) {
                      awaitEndOfAChild();
                    } else {
                      Thread.sleep(100);
                    }
                    return x;
                  },
                  List.of(0, 1));
      assertThat(outcomes.get(0).failure()).isInstanceOf(TaskTimeoutException.class);
      assertThat(outcomes.get(1).value()).isEqualTo(1);
    }
    assertThat(journal.lines()).containsExactly("0", "1");
  }

  /** Of three hundred processes the one that is killed first. */
  private static void awaitEndOfAChild() throws IOException {
    String many = "i=0; while [ $i -lt 300 ]; do sleep 60 & i=$((i+1)); done; wait";
    Process first = new ProcessBuilder("sh", "-c", many).start();
    while (first.isAlive()) {
      Thread.interrupted();
    }
  }
}
