package io.github.poolmap.examples.logsearch;

import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * A log that is made up line by line while it is read, always the same. It counts how much of it
 * has been read; to be read by one thread.
 */
final class GeneratedLog implements Iterable<Block> {

  /** Finds the planted lines and no others. */
  static final String PATTERN = "(payment|refund) \\d+ failed after \\d{4,} ms";

  /** One line of so many is planted. */
  static final int PLANTED = 100_003;

  private static final int BLOCK_BYTES = 64 * 1024;

  private static final String[] SERVICES = {"checkout", "payments", "search", "basket", "mail"};
  private static final String[] VERBS = {"order", "payment", "query", "refund", "letter"};

  /** Odd, so that multiples of it, modulo a power of two, jump about. */
  private static final int SPREAD = 0x9E3779B1;

  private static final int DAY_SECONDS = 24 * 3600;

  private final long bytes;
  private long blocksRead;
  private long linesRead;

  /** Makes one of so many bytes at least, up to the end of the block that has the last of them. */
  GeneratedLog(long bytes) {
    this.bytes = bytes;
  }

  long blocksRead() {
    return blocksRead;
  }

  long linesRead() {
    return linesRead;
  }

  @Override
  public Iterator<Block> iterator() {
    return new Iterator<>() {

      private long bytesRead;

      @Override
      public boolean hasNext() {
        return bytesRead < bytes;
      }

      @Override
      public Block next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        long firstLine = linesRead + 1;
        StringBuilder text = new StringBuilder(BLOCK_BYTES + 256);
        while (text.length() < BLOCK_BYTES) {
          linesRead++;
          append(text, linesRead);
        }
        blocksRead++;
        bytesRead += text.length();
        return new Block(firstLine, text.toString());
      }
    };
  }

  /** Tells how many of so many lines are planted. */
  static long plantedAmong(long lines) {
    return lines / PLANTED;
  }

  private static void append(StringBuilder text, long line) {
    int random = (int) line * SPREAD;
    int kind = (random >>> 16) % SERVICES.length;
    int second = (int) (line / 500 % DAY_SECONDS);
    text.append("2026-01-15T");
    appendTwo(text, second / 3600).append(':');
    appendTwo(text, second / 60 % 60).append(':');
    appendTwo(text, second % 60).append("Z ");
    boolean planted = line % PLANTED == 0;
    text.append(planted ? "ERROR [" : "INFO  [").append(SERVICES[kind]).append('-');
    text.append((random >>> 8) % 16).append("] ");
    if (planted) {
      text.append("payment ").append(line).append(" failed after 5021 ms\n");
    } else if (random % 1_000 == 0) {
      // Close to what is searched for, but not it.
      text.append(VERBS[kind]).append(' ').append(line).append(" failed after 17 ms\n");
    } else {
      text.append(VERBS[kind]).append(' ').append(line).append(" done after ");
      text.append((random >>> 4) % 1_000).append(" ms, status 200, session ");
      text.append(Integer.toHexString(random)).append('\n');
    }
  }

  private static StringBuilder appendTwo(StringBuilder text, int number) {
    return text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
  }
}
