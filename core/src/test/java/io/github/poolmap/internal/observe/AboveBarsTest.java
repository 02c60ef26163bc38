package io.github.poolmap.internal.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.poolmap.internal.observe.Terminal.Size;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** What stands in place of System.out prints what that would, and makes nobody wait for ever. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class AboveBarsTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  private final FakeTerminal terminal = new FakeTerminal();
  private final Screen screen =
      new Screen(terminal.stream(), StandardCharsets.UTF_8, () -> new Size(100, 24), true);

  private static final List<Consumer<PrintStream>> PRINTS =
      List.of(
          to -> to.print(true),
          to -> to.print('c'),
          to -> to.print(-1),
          to -> to.print(1L << 40),
          to -> to.print(0.1f),
          to -> to.print(Double.NaN),
          to -> to.print(new char[] {'a', '\u00e9'}),
          to -> to.print("text"),
          to -> to.print((String) null),
          to -> to.print(""),
          to -> to.print((Object) List.of(1, 2)),
          to -> to.print((Object) null),
          PrintStream::println,
          to -> to.println(false),
          to -> to.println('d'),
          to -> to.println(7),
          to -> to.println(8L),
          to -> to.println(1e30f),
          to -> to.println(-0.0),
          to -> to.println(new char[] {'b'}),
          to -> to.println("\ud83d\ude00 line"),
          to -> to.println((String) null),
          to -> to.println((Object) Set.of("x")),
          to -> to.printf("%5.1f|%s%n", 2.55, "p"),
          to -> to.printf(Locale.GERMANY, "%,d", 1_234_567),
          to -> to.format("%x", 255),
          to -> to.format(Locale.FRANCE, "%.2f", 0.5),
          to -> to.append("abc").append("abcdef", 2, 4).append('!').append(null),
          to -> to.write('w'),
          to -> to.write("bytes".getBytes(StandardCharsets.UTF_8), 1, 3),
          to -> to.write(new byte[0], 0, 0),
          to -> to.writeBytes(new byte[] {'o', 'k', '\n'}));

  @Test
  void eachPrintComesToTheStreamAsItWouldWithoutBars() {
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    ByteArrayOutputStream behind = new ByteArrayOutputStream();
    PrintStream expected = new PrintStream(plain, false, StandardCharsets.UTF_8);
    PrintStream above =
        new AboveBars(new PrintStream(behind, false, StandardCharsets.UTF_8), screen);
    for (PrintStream each : List.of(expected, above)) {
      PRINTS.forEach(print -> print.accept(each));
      // Half a character each.
      each.print('\ud83d');
      each.print('\ude00');
    }
    expected.flush();
    above.flush();
    assertThat(behind.toByteArray()).isEqualTo(plain.toByteArray());
    assertThat(above.checkError()).isFalse();
  }

  @Test
  void whetherALineHasEndedIsKnownAfterEachPrint() {
    for (Consumer<PrintStream> print : PRINTS) {
      ByteArrayOutputStream printed = new ByteArrayOutputStream();
      Screen own =
          new Screen(terminal.stream(), StandardCharsets.UTF_8, () -> new Size(100, 24), true);
      PrintStream before = System.out;
      PrintStream beforeErr = System.err;
      int drawnBefore;
      try {
        System.setOut(new PrintStream(printed, false, StandardCharsets.UTF_8));
        own.show("bar", "bar");
        print.accept(System.out);
        drawnBefore = terminal.text().length();
        own.show("another", "another");
      } finally {
        own.end("bar", null);
        own.end("another", null);
        System.setOut(before);
        System.setErr(beforeErr);
      }
      String text = printed.toString(StandardCharsets.UTF_8);
      boolean drawn = terminal.text().indexOf("another", drawnBefore) >= 0;
      assertThat(drawn)
          .as("drawn behind \"%s\"", text)
          .isEqualTo(text.isEmpty() || text.endsWith("\n"));
    }
  }

  /** Or it would print to nowhere, as a method of a newer JDK could. */
  @Test
  void nothingIsInheritedThatWritesByItself() {
    Set<String> byOthers = Set.of("append", "printf", "writeBytes", "write(byte[])", "charset");
    Set<String> inherited = new TreeSet<>();
    for (Method each : PrintStream.class.getDeclaredMethods()) {
      String signature =
          Arrays.stream(each.getParameterTypes())
              .map(Class::getSimpleName)
              .collect(Collectors.joining(",", each.getName() + "(", ")"));
      boolean isOverridden =
          Arrays.stream(AboveBars.class.getDeclaredMethods())
              .anyMatch(
                  own ->
                      own.getName().equals(each.getName())
                          && Arrays.equals(own.getParameterTypes(), each.getParameterTypes()));
      if (Modifier.isPublic(each.getModifiers())
          && !isOverridden
          && !byOthers.contains(each.getName())
          && !byOthers.contains(signature)) {
        inherited.add(signature);
      }
    }
    assertThat(inherited).isEmpty();
  }

  @Test
  void whoHasLockedTheStreamBeforeThereWereBarsPrintsWhileOthersDo() throws InterruptedException {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(printed, false, StandardCharsets.UTF_8);
    PrintStream above = new AboveBars(stream, screen);
    CountDownLatch printing = new CountDownLatch(1);
    Thread other =
        new Thread(
            () -> {
              printing.countDown();
              above.println("another one");
            });
    other.setDaemon(true);
    Thread owner =
        new Thread(
            () -> {
              synchronized (stream) {
                other.start();
                awaitBlocked(other);
                above.println("its owner");
              }
            });
    owner.setDaemon(true);
    owner.start();
    printing.await();
    owner.join(SOON.toMillis());
    other.join(SOON.toMillis());
    assertThat(printed.toString(StandardCharsets.UTF_8).lines())
        .containsExactly("its owner", "another one");
  }

  private static void awaitBlocked(Thread other) {
    long end = System.nanoTime() + SOON.toNanos();
    while (other.getState() != Thread.State.BLOCKED && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  /** It may go on with the stream below, when the bars are gone. */
  @Test
  void whoHasLockedWhatStandsInPlaceOfTheStreamPrintsToTheStream() throws InterruptedException {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(printed, false, StandardCharsets.UTF_8);
    PrintStream above = new AboveBars(stream, screen);
    Thread other = daemon(() -> above.println("another one"));
    Thread owner =
        daemon(
            () -> {
              synchronized (above) {
                other.start();
                awaitBlocked(other);
                stream.println("its owner");
                above.println("its owner again");
              }
            });
    owner.start();
    owner.join(SOON.toMillis());
    other.join(SOON.toMillis());
    assertThat(printed.toString(StandardCharsets.UTF_8).lines())
        .containsExactly("its owner", "its owner again", "another one");
  }

  @Test
  void aStackTraceStaysTogether() throws InterruptedException {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream above =
        new AboveBars(new PrintStream(printed, false, StandardCharsets.UTF_8), screen);
    Thread other = daemon(() -> above.println("another one"));
    Throwable failure =
        new Throwable("failure") {
          @Override
          public String toString() {
            // Asked for when the lock is held.
            other.start();
            awaitBlocked(other);
            return "failure";
          }
        };
    failure.printStackTrace(above);
    other.join(SOON.toMillis());
    assertThat(printed.toString(StandardCharsets.UTF_8).lines())
        .hasSizeGreaterThan(2)
        .startsWith("failure")
        .endsWith("another one");
  }

  /** As when System.err leads to a logger, which prints to System.out. */
  @Test
  void aStreamMayWaitForSomebodyWhoPrints() throws InterruptedException {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream out = new AboveBars(new PrintStream(printed, true, StandardCharsets.UTF_8), screen);
    CountDownLatch waiting = new CountDownLatch(1);
    CountDownLatch otherHasPrinted = new CountDownLatch(1);
    OutputStream logger =
        new OutputStream() {
          @Override
          public void write(int b) {
            waiting.countDown();
            awaitQuietly(otherHasPrinted);
            out.write(b);
          }
        };
    PrintStream err = new AboveBars(new PrintStream(logger, true, StandardCharsets.UTF_8), screen);
    screen.show("bar", "bar");
    Thread first = daemon(() -> err.print("e"));
    first.start();
    waiting.await();
    Thread other =
        daemon(
            () -> {
              out.println("o");
              screen.show("bar", "not drawn yet");
              screen.end("bar", "what remains");
              otherHasPrinted.countDown();
            });
    other.start();
    other.join(SOON.toMillis());
    first.join(SOON.toMillis());
    assertThat(printed.toString(StandardCharsets.UTF_8)).isEqualToNormalizingNewlines("o\ne");
    // In a line of its own, and what was printed at that time has been ended before.
    assertThat(terminal.lines()).contains("what remains");
    assertThat(terminal.text()).contains("\nwhat remains").doesNotContain("not drawn yet");
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    return thread;
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
