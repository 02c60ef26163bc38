package io.github.poolmap.internal.observe;

import io.github.poolmap.internal.observe.Terminal.Size;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The lower end of a terminal, where live lines stand, one for each bar, and everything else goes
 * above them.
 *
 * <pre>
 *   what was printed before
 *   a bar that has ended
 *   a live bar            \
 *   another one            } the block; the cursor stands at its end
 * </pre>
 *
 * <p>While there are live lines System.out and System.err are wrapped: who prints has the block
 * erased before, and it is drawn again with the next state of a bar. Not below a line that has not
 * been ended, unless that takes long: the rest of it may be about to come. What holds on to an
 * earlier System.out, or writes to the terminal in another way, gets into the block; it is put in
 * order by the next drawing.
 *
 * <p>Safe for use by many threads. A terminal that takes nothing, such as a stopped one, holds up
 * those who print, as it would without this.
 */
class Screen {

  private static final String ERASE_TO_END_OF_LINE = "\u001b[K";
  private static final String UP = "\u001b[1A";

  private static final int MOST_LINES = 12;

  /** Several bars have news at the same time; to draw once is enough. */
  private static final long DRAW_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private static final long SIZE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** A line that is not ended for so long will not be for a while. */
  private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** So long the end of the program waits for the terminal. */
  private static final long END_MILLIS = 300;

  private final PrintStream terminal;
  private final Charset charset;
  private final Supplier<Size> measure;
  private final boolean stdoutIsThere;

  private volatile Size size;
  private long sizeAt = System.nanoTime();

  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock.
  private final Map<Object, String> lines = new LinkedHashMap<>();
  private int drawn;
  private long drawnAt;
  private final StringBuilder remains = new StringBuilder();

  /** So many print at the moment. Nothing is drawn until they have done so. */
  private int printing;

  /** The only one that prints, or null if the order in which several do so is not known. */
  private @Nullable Thread printer;

  /** Whether any of those that print, or did at the same time, has not ended its line. */
  private boolean leavesLine;

  /** Whether the block would have been drawn if nobody had been printing. */
  private boolean isDue;

  private boolean inLine;
  private long inLineSince;
  private boolean closed;
  private @Nullable Thread atEnd;

  /**
   * Makes a screen.
   *
   * @param terminal where it is drawn
   * @param charset of the terminal
   * @param measure tells how large it is
   * @param stdoutIsThere whether standard output is the same terminal
   */
  Screen(PrintStream terminal, Charset charset, Supplier<Size> measure, boolean stdoutIsThere) {
    this.terminal = terminal;
    this.charset = charset;
    this.measure = measure;
    this.size = measure.get();
    this.stdoutIsThere = stdoutIsThere;
  }

  boolean canShow(String text) {
    return charset.newEncoder().canEncode(text);
  }

  /**
   * Returns how many characters fit into a line. Used by the one thread that has bars: it may take
   * a moment, so it is not done under the lock.
   */
  int width() {
    if (System.nanoTime() - sizeAt > SIZE_NANOS) {
      size = measure.get();
      sizeAt = System.nanoTime();
    }
    // In the last column some terminals begin a new line.
    return size.columns() - 1;
  }

  /** Shows the line of a bar, in place of the one that it had. */
  void show(Object bar, String line) {
    lock.lock();
    try {
      boolean isNew = lines.put(bar, line) == null;
      if (isNew && lines.size() == 1) {
        wrapStreams();
      }
      if (isNew || System.nanoTime() - drawnAt >= DRAW_NANOS) {
        draw();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * A bar has ended.
   *
   * @param line what is left of it, above those that are live; null for nothing
   */
  void end(Object bar, @Nullable String line) {
    lock.lock();
    try {
      lines.remove(bar);
      if (line == null) {
        draw();
      } else {
        remains.append(line).append(ERASE_TO_END_OF_LINE).append('\n');
        if (printing == 0) {
          drawWithRemains();
        }
      }
      if (lines.isEmpty()) {
        unwrapStreams();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Does not wait for the end of a line that has been begun: what remains may be the last word. */
  private void drawWithRemains() {
    if (inLine) {
      endLine();
    }
    draw();
  }

  /** Draws the block, and above it what remains of bars that have ended. */
  private void draw() {
    isDue = printing > 0;
    if (closed || isDue || (inLine && System.nanoTime() - inLineSince < LINE_NANOS)) {
      return;
    }
    if (inLine) {
      endLine();
    }
    StringBuilder text = new StringBuilder();
    List<String> block = block();
    if (block.size() < drawn) {
      eraseLines(text);
    } else {
      toFirstLine(text);
    }
    text.append(remains);
    remains.setLength(0);
    for (int i = 0; i < block.size(); i++) {
      text.append(i == 0 ? "" : "\n").append(block.get(i)).append(ERASE_TO_END_OF_LINE);
    }
    drawn = block.size();
    drawnAt = System.nanoTime();
    write(text);
  }

  private List<String> block() {
    List<String> block = new ArrayList<>(lines.values());
    int most = Math.min(MOST_LINES, Math.max(1, size.rows() - 1));
    int more = block.size() - most;
    if (more > 0) {
      block.subList(most - 1, block.size()).clear();
      block.add("... and " + (more + 1) + " more");
    }
    return block;
  }

  private void toFirstLine(StringBuilder text) {
    if (drawn > 0) {
      text.append('\r');
    }
    if (drawn > 1) {
      text.append("\u001b[").append(drawn - 1).append('A');
    }
  }

  private void erase() {
    if (drawn > 0) {
      StringBuilder text = new StringBuilder();
      eraseLines(text);
      write(text);
      drawn = 0;
    }
  }

  /**
   * Ends where the block began. Line by line: to erase the rest of the screen from its very first
   * place is taken by terminals such as tmux for clearing it, and they keep what was there.
   */
  private void eraseLines(StringBuilder text) {
    for (int i = 0; i < drawn; i++) {
      text.append(i == 0 ? "\r" : UP).append(ERASE_TO_END_OF_LINE);
    }
  }

  private void endLine() {
    write("\n");
    inLine = false;
  }

  private void write(CharSequence text) {
    terminal.print(text);
    terminal.flush();
  }

  // ---- what else is printed

  private void wrapStreams() {
    if (stdoutIsThere && isPlain(System.out)) {
      System.setOut(new AboveBars(System.out, this));
    }
    if (isPlain(System.err)) {
      System.setErr(new AboveBars(System.err, this));
    }
    Thread hook = new Thread(this::close, "poolmap-screen-end");
    try {
      Runtime.getRuntime().addShutdownHook(hook);
      atEnd = hook;
    } catch (IllegalStateException e) {
      // The program ends already. Not logged: that may print, in a thread that waits for the lock.
      atEnd = null;
    }
  }

  /**
   * What the program has put there itself may be anything, and is not the terminal. What stood
   * there for earlier bars, and has been put back, does its work as it is.
   */
  private static boolean isPlain(PrintStream stream) {
    return stream.getClass() == PrintStream.class;
  }

  private void unwrapStreams() {
    inLine = false;
    if (System.out instanceof AboveBars above && above.isOf(this)) {
      System.setOut(above.stream());
    }
    if (System.err instanceof AboveBars above && above.isOf(this)) {
      System.setErr(above.stream());
    }
    if (atEnd != null) {
      try {
        Runtime.getRuntime().removeShutdownHook(atEnd);
      } catch (IllegalStateException e) {
        // The program ends already, and the hook has nothing to do any more.
        closed = true;
      }
      atEnd = null;
    }
  }

  /**
   * Has something printed above the block. Without the lock: a stream may lead anywhere, such as to
   * a logger that waits for somebody who prints.
   *
   * @param stream where it prints to
   * @param print does it
   * @param endsLine whether it ends with the end of a line
   */
  void above(PrintStream stream, Runnable print, boolean endsLine) {
    boolean flushes;
    lock.lock();
    try {
      erase();
      if (printing++ == 0) {
        printer = Thread.currentThread();
        leavesLine = false;
      } else if (printer != Thread.currentThread()) {
        printer = null;
      }
      flushes = !lines.isEmpty();
    } finally {
      lock.unlock();
    }
    try {
      print.run();
      if (flushes) {
        // Or the block would be drawn before it comes.
        stream.flush();
      }
    } finally {
      printed(endsLine);
    }
  }

  private void printed(boolean endsLine) {
    lock.lock();
    try {
      printing--;
      leavesLine |= !endsLine;
      if (!lines.isEmpty() || !remains.isEmpty()) {
        inLine = printer == null ? leavesLine : !endsLine;
        inLineSince = System.nanoTime();
      }
      if (printing == 0 && !remains.isEmpty()) {
        drawWithRemains();
      } else if (isDue) {
        draw();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The program ends with live bars: they stay as they are, and what follows begins a line. */
  private void close() {
    boolean locked = false;
    try {
      locked = lock.tryLock(END_MILLIS, TimeUnit.MILLISECONDS);
      if (locked) {
        closed = true;
        if (drawn > 0) {
          drawn = 0;
          write("\n");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (locked) {
        lock.unlock();
      }
    }
  }
}
