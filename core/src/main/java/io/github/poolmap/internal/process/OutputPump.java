package io.github.poolmap.internal.process;

import com.google.common.collect.EvictingQueue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes one output stream of a worker on, whole lines at a time, and remembers the last lines for
 * error messages.
 *
 * <p>It never holds more than one line, and of an endless one no more than {@link #LONGEST_LINE}
 * and a buffer: who writes faster than the target takes has to wait.
 */
final class OutputPump implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(OutputPump.class);

  private static final int TAIL_LINES = 20;
  private static final int LONGEST_TAIL_LINE = 500;

  /** A line longer than this is passed on in parts, each of them a line. */
  private static final int LONGEST_LINE = 64 * 1024;

  private final InputStream in;
  private final LineTarget target;
  private final Thread thread;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  /** Guarded by itself. */
  private final Queue<byte[]> tail = EvictingQueue.create(TAIL_LINES);

  /** The line that ends what was written for a pool; null if none is expected. */
  private volatile @Nullable Mark mark;

  private boolean targetBroken;

  /** A line that is not for anybody to see. */
  private static final class Mark {

    private final byte[] bytes;
    private final CountDownLatch seen = new CountDownLatch(1);

    Mark(String text) {
      bytes = (text + "\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    boolean ends(byte[] line) {
      int start = line.length - bytes.length;
      return start >= 0 && Arrays.equals(line, start, line.length, bytes, 0, bytes.length);
    }
  }

  private OutputPump(InputStream in, LineTarget target, String name) {
    this.in = in;
    this.target = target;
    this.thread = new Thread(null, this, name, 0, false);
    thread.setDaemon(true);
  }

  /**
   * Starts pumping.
   *
   * @param target where to
   */
  static OutputPump start(InputStream in, LineTarget target, String name) {
    OutputPump pump = new OutputPump(in, target, name);
    pump.thread.start();
    return pump;
  }

  @Override
  public void run() {
    byte[] buffer = new byte[8192];
    try {
      int read;
      while ((read = in.read(buffer)) >= 0) {
        take(buffer, read);
      }
    } catch (IOException closed) {
      // The stream was closed with the process; what came before has been passed on.
      LOG.debug("{} ends: {}", thread.getName(), closed.getMessage());
    } finally {
      endLine();
    }
  }

  private void take(byte[] buffer, int length) {
    int start = 0;
    for (int i = 0; i < length; i++) {
      if (buffer[i] == '\n') {
        line.write(buffer, start, i + 1 - start);
        passOn();
        start = i + 1;
      }
    }
    line.write(buffer, start, length - start);
    if (line.size() > LONGEST_LINE) {
      endLine();
    }
  }

  /** What another worker writes must not come to stand behind it. */
  private void endLine() {
    if (line.size() > 0) {
      line.write('\n');
      passOn();
    }
  }

  private void passOn() {
    byte[] bytes = line.toByteArray();
    line.reset();
    Mark expected = mark;
    if (expected == null || !expected.ends(bytes)) {
      passOn(bytes);
      return;
    }
    int before = bytes.length - expected.bytes.length;
    if (before > 0) {
      // A line that was not ended.
      byte[] rest = Arrays.copyOf(bytes, before + 1);
      rest[before] = '\n';
      passOn(rest);
    }
    mark = null;
    expected.seen.countDown();
  }

  private void passOn(byte[] bytes) {
    synchronized (tail) {
      tail.add(Arrays.copyOf(bytes, Math.min(bytes.length, LONGEST_TAIL_LINE)));
    }
    try {
      target.take(bytes);
    } catch (RuntimeException | Error e) {
      // The worker must be able to go on printing, whatever stands in place of System.out or takes
      // what is logged.
      if (!targetBroken) {
        LOG.warn("{}: output cannot be passed on and is dropped", thread.getName(), e);
      }
      targetBroken = true;
    }
  }

  /** The worker is going to write this line, with which its output for the present pool ends. */
  void expect(String text) {
    mark = new Mark(text);
  }

  /** Waits until everything before the expected line has been passed on; false if it takes long. */
  boolean awaitExpected(long millis) throws InterruptedException {
    Mark expected = mark;
    return expected == null || expected.seen.await(millis, TimeUnit.MILLISECONDS);
  }

  /** Another pool has the worker now, whom the last lines of the one before do not concern. */
  void startAnew(String name) {
    thread.setName(name);
    synchronized (tail) {
      tail.clear();
    }
  }

  /** Waits until everything has been passed on, at most so long. */
  void awaitEnd(long millis) throws InterruptedException {
    thread.join(millis);
  }

  /** Returns the last lines. */
  String tail() {
    synchronized (tail) {
      return tail.stream()
          .map(bytes -> new String(bytes, Charset.defaultCharset()).stripTrailing())
          .collect(Collectors.joining("\n"));
    }
  }
}
