package io.github.poolmap;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A program with little memory whose worker prints 100 MB of lines and 100 MB without any. Its
 * argument is the kind of output; it says how much it has seen.
 */
final class FloodProgram {

  private static final int BLOCK = 1 << 20;
  private static final int BLOCKS = 100;

  private FloodProgram() {}

  /** Counts what it is given and does not keep it. */
  private static PrintStream counting(AtomicLong bytes) {
    return new PrintStream(OutputStream.nullOutputStream()) {
      @Override
      public void write(byte[] given, int offset, int length) {
        bytes.addAndGet(length);
      }
    };
  }

  public static void main(String[] args) {
    PrintStream console = System.out;
    AtomicLong out = new AtomicLong();
    AtomicLong err = new AtomicLong();
    System.setOut(counting(out));
    System.setErr(counting(err));
    try (ProcessPool<Object, Object> pool =
        ProcessPool.builder().workers(1).output(WorkerOutput.valueOf(args[0])).build()) {
      int blocks = pool.map(x -> print(), List.of(1)).get(0);
      if (blocks != BLOCKS) {
        throw new IllegalStateException("printed " + blocks);
      }
    }
    console.println("seen " + out.get() / BLOCK + " and " + err.get() / BLOCK + " MiB");
  }

  private static int print() {
    byte[] lines = ("x".repeat(1023) + "\n").repeat(1024).getBytes(US_ASCII);
    byte[] endless = "y".repeat(BLOCK).getBytes(US_ASCII);
    for (int i = 0; i < BLOCKS; i++) {
      System.out.write(lines, 0, lines.length);
      System.err.write(endless, 0, endless.length);
    }
    return BLOCKS;
  }
}
