package io.github.poolmap.internal.process;

import com.google.common.collect.EvictingQueue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.Queue;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes one output stream of a worker on to this program's, whole lines at a time, and remembers
 * the last lines for error messages.
 */
final class OutputPump implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(OutputPump.class);

  private static final int TAIL_LINES = 20;
  private static final int LONGEST_TAIL_LINE = 500;

  /** A line longer than this is passed on in parts. */
  private static final int LONGEST_LINE = 64 * 1024;

  private final InputStream in;
  private final Supplier<PrintStream> target;
  private final Thread thread;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  /** Guarded by itself. */
  private final Queue<byte[]> tail = EvictingQueue.create(TAIL_LINES);

  private boolean targetBroken;

  private OutputPump(InputStream in, Supplier<PrintStream> target, String name) {
    this.in = in;
    this.target = target;
    this.thread = new Thread(null, this, name, 0, false);
    thread.setDaemon(true);
  }

  /**
   * Starts pumping.
   *
   * @param target where to, asked for each line: programs may replace System.out
   */
  static OutputPump start(InputStream in, Supplier<PrintStream> target, String name) {
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
      passOn();
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
      passOn();
    }
  }

  private void passOn() {
    if (line.size() == 0) {
      return;
    }
    byte[] bytes = line.toByteArray();
    line.reset();
    synchronized (tail) {
      tail.add(Arrays.copyOf(bytes, Math.min(bytes.length, LONGEST_TAIL_LINE)));
    }
    try {
      PrintStream to = target.get();
      to.write(bytes, 0, bytes.length);
      to.flush();
    } catch (RuntimeException | Error e) {
      // The worker must be able to go on printing, whatever stands in place of System.out.
      if (!targetBroken) {
        LOG.warn("{}: output cannot be passed on and is dropped", thread.getName(), e);
      }
      targetBroken = true;
    }
  }

  /** Another pool has the worker now. */
  void rename(String name) {
    thread.setName(name);
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
