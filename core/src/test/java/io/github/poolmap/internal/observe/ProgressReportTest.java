package io.github.poolmap.internal.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.github.poolmap.CallTimeoutException;
import io.github.poolmap.Logs;
import io.github.poolmap.Pool;
import io.github.poolmap.ProcessPool;
import io.github.poolmap.ProgressListener.Call;
import io.github.poolmap.ProgressListener.Progress;
import io.github.poolmap.ThreadPool;
import io.github.poolmap.internal.observe.Terminal.Size;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.slf4j.LoggerFactory;

/** How progress looks: bars on a terminal, lines in the log. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ProgressReportTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  private final FakeTerminal terminal = new FakeTerminal();
  private final ProgressReport report = bars(terminal, StandardCharsets.UTF_8, 24);
  private final PrintStream outBefore = System.out;
  private final PrintStream errBefore = System.err;
  private final PrintStream out = terminal.stream();
  private final PrintStream err = terminal.stream();

  private final Logger logger = (Logger) LoggerFactory.getLogger("io.github.poolmap.progress");

  private long calls;

  private static ProgressReport bars(FakeTerminal terminal, Charset charset, int rows) {
    Screen screen = new Screen(terminal.stream(), charset, () -> new Size(100, rows), true);
    return new ProgressReport(
        () -> screen, ProgressReport::hasLibrary, LoggerFactory.getLogger("x"));
  }

  @BeforeEach
  void printToTheTerminal() {
    logger.setLevel(Level.INFO);
    System.setOut(out);
    System.setErr(err);
  }

  @AfterEach
  void printAsBefore() {
    logger.setLevel(null);
    System.setOut(outBefore);
    System.setErr(errBefore);
  }

  private Call call(String label, boolean nested) {
    return new Call("pool", ++calls, label, nested);
  }

  private static Progress state(Call call, long done, long failed, long total, double seconds) {
    OptionalLong all = total < 0 ? OptionalLong.empty() : OptionalLong.of(total);
    return new Progress(call, done, failed, all, Duration.ofMillis((long) (seconds * 1000)));
  }

  /** Two drawings within this time are one. */
  private void show(Progress state) {
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              report.progressed(state);
              return terminal.lines().stream()
                  .anyMatch(line -> line.contains(" " + state.done() + "/"));
            });
  }

  private String lastLine() {
    List<String> lines = terminal.lines();
    return lines.get(lines.size() - 1);
  }

  // ---- bars

  @Test
  void aBarMovesShowsRateAndTimeLeftAndEndsAtAHundredPercent() {
    Call call = call("parsing", false);
    report.started(state(call, 0, 0, 200, 0));
    assertThat(terminal.lines()).singleElement().asString().matches("parsing   0% \\|.*ETA \\?");
    show(state(call, 50, 0, 200, 5));
    String first = lastLine();
    assertThat(first).matches("parsing  25% \\|█+.* +\\|  50/200 .* 10.0/s, ETA 0:00:15");
    show(state(call, 150, 2, 200, 10));
    assertThat(lastLine())
        .matches("parsing  75% \\|█+.* +\\| 150/200 .* 15.0/s, 2 failed, ETA 0:00:03");
    assertThat(lastLine().lastIndexOf('█')).isGreaterThan(first.lastIndexOf('█') + 10);
    report.progressed(state(call, 200, 2, 200, 12));
    report.ended(state(call, 200, 2, 200, 12), null);
    assertThat(terminal.lines()).hasSize(2);
    assertThat(terminal.lines().get(0))
        .matches("parsing 100% \\|█+\\| 200/200 .* 16.7/s, 2 failed");
    assertThat(lastLine()).isEmpty();
    assertThat(terminal.lines()).allMatch(line -> line.length() < 100);
  }

  @Test
  void aCallOfUnknownSizeShowsWhatItHasDone() {
    Call call = call("reading", false);
    report.started(state(call, 0, 0, -1, 0));
    show(state(call, 30, 0, -1, 60));
    assertThat(lastLine()).matches("reading  \\? % \\|.*█.*\\| +30/\\? .* 30.0/min");
    show(state(call, 40, 0, 40, 61));
    assertThat(lastLine()).matches("reading 100% .* 40/40 .*");
    report.ended(state(call, 40, 0, 40, 61), null);
    assertThat(terminal.lines().get(0)).matches("reading 100% .* 40/40 .*");
  }

  @Test
  void aCallThatDoesNotSucceedDoesNotEndAtAHundredPercentAndSaysWhy() {
    List<Throwable> failures =
        List.of(
            new IllegalStateException(),
            new CallTimeoutException("x", Duration.ofSeconds(1)),
            new CancellationException());
    for (Throwable failure : failures) {
      Call call = call("all", false);
      report.started(state(call, 0, 0, 100, 0));
      report.ended(state(call, 60, 0, 100, 1), failure);
    }
    Call early = call("early", false);
    report.started(state(early, 0, 0, 100, 0));
    report.ended(state(early, 60, 0, 100, 1), null);
    assertThat(terminal.lines().subList(0, 4))
        .allMatch(line -> line.contains(" 60% "))
        .allMatch(line -> line.contains(" 60/100 "))
        .satisfiesExactly(
            line -> assertThat(line).endsWith("60.0/s, failed: IllegalStateException"),
            line -> assertThat(line).endsWith("60.0/s, out of time"),
            line -> assertThat(line).endsWith("60.0/s, cancelled"),
            line -> assertThat(line).endsWith("60.0/s, ended early"));
    Call last = call("last", false);
    report.started(state(last, 0, 0, 100, 0));
    report.ended(state(last, 100, 1, 100, 1), new IllegalStateException());
    assertThat(terminal.lines().get(4)).startsWith("last  99% ").contains(" 1 failed, failed: ");
    Call input = call("input", false);
    report.started(state(input, 0, 0, -1, 0));
    report.ended(state(input, 100, 0, 100, 1), new IllegalStateException());
    assertThat(terminal.lines().get(5)).startsWith("input  ? % ").contains(" 100/? ");
  }

  @Test
  void callsAtTheSameTimeHaveALineEachAndNestedOnesGoAway() {
    Call one = call("one", false);
    Call inside = call("inside", true);
    Call two = call("two", false);
    report.started(state(one, 0, 0, 10, 0));
    report.started(state(inside, 0, 0, 20, 0));
    report.started(state(two, 0, 0, 30, 0));
    show(state(inside, 15, 0, 20, 1));
    assertThat(terminal.lines())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("one   0% "),
            line -> assertThat(line).startsWith("inside  75% "),
            line -> assertThat(line).startsWith("two   0% "));
    report.ended(state(two, 30, 0, 30, 1), null);
    assertThat(terminal.lines())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("two 100% "),
            line -> assertThat(line).startsWith("one   0% "),
            line -> assertThat(line).startsWith("inside  75% "));
    report.ended(state(inside, 20, 0, 20, 1), null);
    assertThat(terminal.lines())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("two 100% "),
            line -> assertThat(line).startsWith("one   0% "));
    report.ended(state(one, 10, 0, 10, 1), null);
    assertThat(terminal.lines())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("two 100% "),
            line -> assertThat(line).startsWith("one 100% "),
            line -> assertThat(line).isEmpty());
  }

  @Test
  void moreBarsThanLinesAreCounted() {
    FakeTerminal low = new FakeTerminal();
    ProgressReport many = bars(low, StandardCharsets.UTF_8, 10);
    List<Call> all = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      all.add(call("number " + i, false));
      many.started(state(all.get(i), 0, 0, 10, 0));
    }
    assertThat(low.lines()).hasSize(9).last().isEqualTo("... and 22 more");
    all.forEach(each -> many.ended(state(each, 10, 0, 10, 1), null));
    assertThat(low.lines().subList(0, 30)).allMatch(line -> line.contains(" 100% "));
    assertThat(low.lines()).hasSize(31);
  }

  @Test
  void withoutBlocksInTheCharsetTheBarIsAscii() {
    FakeTerminal plain = new FakeTerminal(StandardCharsets.US_ASCII);
    ProgressReport ascii = bars(plain, StandardCharsets.US_ASCII, 24);
    Call call = call("plain", false);
    ascii.started(state(call, 5, 0, 10, 1));
    ascii.ended(state(call, 10, 0, 10, 1), null);
    assertThat(plain.lines().get(0)).matches("plain 100% \\[=+\\] 10/10 .*");
  }

  @Test
  void aLongLabelLeavesRoomForTheBar() {
    Call call = call("l".repeat(100), false);
    report.started(state(call, 0, 0, 10, 0));
    assertThat(lastLine()).matches("l{30}\\.\\.\\.   0% \\|.{10,}").hasSizeLessThan(100);
    report.ended(state(call, 10, 0, 10, 1), null);
  }

  // ---- what else is printed

  @Test
  void whatIsPrintedStandsAboveTheBarsInWholeLines() {
    Call one = call("one", false);
    Call two = call("two", false);
    report.started(state(one, 0, 0, 10, 0));
    report.started(state(two, 0, 0, 10, 0));
    List<String> printed = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      System.out.println("out " + i);
      System.err.printf("err %d%n", i);
      printed.add("out " + i);
      printed.add("err " + i);
      show(state(one, i, 0, 10, 1));
    }
    assertThat(terminal.lines().subList(0, 20)).isEqualTo(printed);
    assertThat(terminal.lines().subList(20, 22))
        .satisfiesExactly(
            line -> assertThat(line).startsWith("one  90% "),
            line -> assertThat(line).startsWith("two   0% "));
    report.ended(state(one, 10, 0, 10, 1), null);
    report.ended(state(two, 10, 0, 10, 1), null);
    assertThat(terminal.lines()).hasSize(23);
    assertThat(terminal.lines().subList(0, 20)).isEqualTo(printed);
  }

  @Test
  void aBarDoesNotGetIntoALineThatIsNotEnded() {
    Call call = call("bar", false);
    report.started(state(call, 0, 0, 10, 0));
    System.out.print("Really");
    report.progressed(state(call, 1, 0, 10, 1));
    System.out.print("? ");
    report.progressed(state(call, 2, 0, 10, 1));
    assertThat(terminal.lines()).containsExactly("Really?");
    System.out.println("yes");
    show(state(call, 3, 0, 10, 1));
    assertThat(terminal.lines().get(0)).isEqualTo("Really? yes");
    assertThat(lastLine()).startsWith("bar  30% ");
    System.out.print("no end");
    show(state(call, 4, 0, 10, 1));
    assertThat(terminal.lines().get(1)).as("after a second").isEqualTo("no end");
    System.out.print("another");
    report.ended(state(call, 10, 0, 10, 1), null);
    assertThat(terminal.lines())
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("Really? yes"),
            line -> assertThat(line).isEqualTo("no end"),
            line -> assertThat(line).isEqualTo("another"),
            line -> assertThat(line).startsWith("bar 100% "),
            line -> assertThat(line).isEmpty());
  }

  @Test
  void theStreamsAreWrappedWhileThereAreBarsOnly() {
    Call one = call("one", false);
    Call two = call("two", false);
    report.started(state(one, 0, 0, 10, 0));
    PrintStream inPlace = System.out;
    assertThat(inPlace).isNotSameAs(out);
    report.started(state(two, 0, 0, 10, 0));
    assertThat(System.out).isSameAs(inPlace);
    report.ended(state(one, 10, 0, 10, 1), null);
    report.ended(state(two, 10, 0, 10, 1), null);
    assertThat(System.out).isSameAs(out);
    assertThat(System.err).isSameAs(err);
    // Who remembered the one in place can go on with it.
    inPlace.println("late");
    assertThat(terminal.lines().get(2)).isEqualTo("late");
  }

  @Test
  void whatTheProgramPutsInPlaceOfTheStreamsStays() {
    PrintStream of = new PrintStream(new ByteArrayOutputStream(), true) {};
    System.setErr(of);
    Call call = call("one", false);
    report.started(state(call, 0, 0, 10, 0));
    assertThat(System.err).isSameAs(of);
    PrintStream own = new PrintStream(new ByteArrayOutputStream());
    System.setOut(own);
    report.ended(state(call, 10, 0, 10, 1), null);
    assertThat(System.out).isSameAs(own);
    assertThat(System.err).isSameAs(of);
  }

  @Test
  void barsOfRealCallsAndLinesOfTheirWorkersDoNotGarbleEachOther() {
    List<Integer> items = IntStream.range(0, 60).boxed().toList();
    try (ProcessPool<Object, Object> processes = ProcessPool.builder().workers(2).build();
        ThreadPool<Object, Object> threads = ThreadPool.builder().workers(2).build()) {
      Pool<Object, Object> first = processes.with(o -> o.progress(report));
      Pool<Object, Object> second = threads.with(o -> o.progress(report));
      CompletableFuture<?> chatter =
          first.mapAsync(
              x -> {
                Thread.sleep(5);
                System.out.println("process says " + x);
                System.err.println("process complains of " + x);
                return x;
              },
              items);
      CompletableFuture<?> nested =
          second.mapAsync(
              x -> {
                System.out.println("thread says " + x);
                return second.map(
                    y -> {
                      Thread.sleep(1);
                      return y;
                    },
                    items.subList(0, 5));
              },
              items);
      CompletableFuture.allOf(chatter, nested).join();
    }
    List<String> expected = new ArrayList<>();
    items.forEach(
        x ->
            expected.addAll(
                List.of("process says " + x, "process complains of " + x, "thread says " + x)));
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              List<String> lines = new ArrayList<>(terminal.lines());
              assertThat(lines).filteredOn(line -> line.contains("100%")).hasSize(2);
              lines.removeIf(line -> line.contains("100%") || line.isEmpty());
              assertThat(lines).containsExactlyInAnyOrderElementsOf(expected);
            });
    assertThat(System.out).isSameAs(out);
  }

  // ---- lines in the log

  private static ProgressReport lines(AtomicInteger libraryAsked, Screen screen) {
    return new ProgressReport(
        () -> screen,
        () -> {
          libraryAsked.incrementAndGet();
          return false;
        },
        LoggerFactory.getLogger("io.github.poolmap.progress"));
  }

  @Test
  void withoutTerminalTheLogTellsOfLongCallsNowAndThen() {
    AtomicInteger asked = new AtomicInteger();
    ProgressReport logged = lines(asked, null);
    try (Logs logs = new Logs()) {
      Call quick = call("quick", false);
      logged.started(state(quick, 0, 0, 10, 0));
      logged.progressed(state(quick, 10, 0, 10, 1.9));
      logged.ended(state(quick, 10, 0, 10, 1.9), null);
      assertThat(logs.messages(Level.INFO)).isEmpty();
      Call slow = call("slow", false);
      logged.started(state(slow, 0, 0, 40_000, 0));
      for (int second = 1; second <= 200; second++) {
        logged.progressed(state(slow, second * 200L, 3, 40_000, second));
      }
      logged.ended(state(slow, 40_000, 3, 40_000, 200), null);
      List<String> lines = logs.messages(Level.INFO);
      assertThat(lines.get(0))
          .isEqualTo("slow: 400 of 40,000 (1 %) in 0:00:02, 200/s, 3 failed, ETA 0:03:18");
      assertThat(lines.get(1)).contains(" in 0:00:12, ");
      assertThat(lines.get(lines.size() - 1))
          .isEqualTo("slow: 40,000 of 40,000 (100 %) in 0:03:20, 200/s, 3 failed, done");
      assertThat(lines).hasSizeBetween(15, 20);
      assertThat(String.join("", lines).chars()).noneMatch(Character::isISOControl);
    }
    assertThat(asked).hasValue(0);
    assertThat(terminal.text()).isEmpty();
  }

  @Test
  void theLastLineOfAFailureSaysSo() {
    ProgressReport logged = lines(new AtomicInteger(), null);
    try (Logs logs = new Logs()) {
      Call failing = call("failing", false);
      logged.started(state(failing, 0, 0, 10, 0));
      logged.ended(state(failing, 10, 1, 10, 3), new IllegalStateException());
      Call unknown = call("unknown", false);
      logged.started(state(unknown, 0, 0, -1, 0));
      logged.ended(state(unknown, 7, 0, -1, 70), new CancellationException());
      assertThat(logs.messages(Level.INFO))
          .containsExactly(
              "failing: 9 of 10 (90 %) in 0:00:03, 3.0/s, 1 failed, failed: IllegalStateException",
              "unknown: 7 in 0:01:10, 6.0/min, cancelled");
    }
  }

  @Test
  void withoutTheLibraryTheLogTellsAndSaysOnceWhatIsMissing() {
    AtomicInteger asked = new AtomicInteger();
    Screen screen =
        new Screen(terminal.stream(), StandardCharsets.UTF_8, () -> new Size(80, 24), true);
    ProgressReport logged = lines(asked, screen);
    try (Logs logs = new Logs()) {
      for (int i = 0; i < 2; i++) {
        Call call = call("long", false);
        logged.started(state(call, 0, 0, 10, 0));
        logged.ended(state(call, 10, 0, 10, 3), null);
      }
      assertThat(logs.messages(Level.INFO))
          .satisfiesExactly(
              line -> assertThat(line).contains("me.tongfei:progressbar"),
              line -> assertThat(line).startsWith("long: 10 of 10 (100 %)"),
              line -> assertThat(line).startsWith("long: 10 of 10 (100 %)"));
    }
    assertThat(asked).hasValue(1);
    assertThat(terminal.text()).isEmpty();
    assertThat(System.out).isSameAs(out);
  }

  @Test
  void aLibraryThatDoesNotFitIsNotUsed() {
    Screen screen =
        new Screen(terminal.stream(), StandardCharsets.UTF_8, () -> new Size(80, 24), true) {
          @Override
          int width() {
            throw new NoSuchMethodError("in another version");
          }
        };
    ProgressReport logged = new ProgressReport(() -> screen, () -> true, logger);
    try (Logs logs = new Logs()) {
      Call call = call("long", false);
      logged.started(state(call, 0, 0, 10, 0));
      logged.ended(state(call, 10, 0, 10, 3), null);
      assertThat(logs.messages(Level.INFO))
          .satisfiesExactly(
              line -> assertThat(line).contains("of a version that is not known"),
              line -> assertThat(line).startsWith("long: 10 of 10 (100 %)"));
    }
  }

  @Test
  void theEndIsToldWhenTheCallReturns() {
    assumeTrue(Terminal.screen() == null, "the report of the program draws bars here");
    try (Logs logs = new Logs();
        ThreadPool<Object, Object> pool = ThreadPool.builder().workers(2).build()) {
      pool.with(o -> o.progress("sleeping").chunkSize(1))
          .map(
              x -> {
                Thread.sleep(1_100);
                return x;
              },
              List.of(1, 2, 3, 4));
      assertThat(logs.messages(Level.INFO))
          .last()
          .asString()
          .matches("sleeping: 4 of 4 \\(100 %\\) in 0:00:02, .*, done");
    }
  }

  @Test
  void aLongLabelOfWideCharactersLeavesRoomForTheBar() {
    for (String character : List.of("\u6f22", "\ud83d\ude00", "\u26a1")) {
      Call call = call(character.repeat(40), false);
      report.started(state(call, 0, 0, 10, 0));
      show(state(call, 4, 0, 10, 1));
      assertThat(lastLine())
          .contains(character.repeat(15) + "...")
          .doesNotContain(character.repeat(16))
          .contains("40% |██")
          .contains(" 4/10 (0:00:0")
          .contains("4.0/s, ETA 0:00:01")
          .doesNotContain("?...");
      report.ended(state(call, 10, 0, 10, 2), null);
    }
  }
}
