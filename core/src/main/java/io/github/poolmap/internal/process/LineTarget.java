package io.github.poolmap.internal.process;

import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.event.Level;

/** Takes the lines of one output stream of a worker. */
interface LineTarget {

  /**
   * Takes a line.
   *
   * @param line with the line feed that ends it
   */
  void take(byte[] line);

  /** Lets them fall. */
  LineTarget NOWHERE = line -> {};

  /**
   * Writes them to a stream of this program, asked for each time: programs may replace System.out.
   */
  static LineTarget stream(Supplier<PrintStream> stream) {
    return line -> {
      PrintStream to = stream.get();
      // Both streams of a program often end in the same terminal or file, where a line of the one
      // must not get into one of the other.
      synchronized (LineTarget.class) {
        to.write(line, 0, line.length);
        to.flush();
      }
    };
  }

  /**
   * Logs them.
   *
   * @param names how the worker is called, asked for each time: it may go from pool to pool
   */
  static LineTarget log(Level level, Supplier<WorkerNames> names) {
    Logger logger = LoggerFactory.getLogger("io.github.poolmap.worker");
    return line -> {
      String text = new String(line, Charset.defaultCharset()).stripTrailing();
      Map<String, String> before = MDC.getCopyOfContextMap();
      try {
        WorkerNames now = names.get();
        MDC.put("poolmap.worker", now.worker());
        MDC.put("poolmap.pool", now.pool());
        logger.atLevel(level).log(text);
      } finally {
        MDC.setContextMap(before == null ? Map.of() : before);
      }
    };
  }
}
