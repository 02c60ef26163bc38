package io.github.poolmap.benchmarks.workloads;

import io.github.poolmap.Pool;
import io.github.poolmap.benchmarks.measure.Contender;
import io.github.poolmap.benchmarks.measure.WrongResultException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.Iterator;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Reads many results of an imap, and looks at the heap after a collection when a tenth, half and
 * all of them have been read. The collections are not part of the times.
 *
 * @param name what it is called
 * @param pool who maps
 * @param count how many items
 */
record StreamedItems(String name, Pool<Integer, Integer> pool, int count) implements Contender {

  /** The series of how much more the heap held at one time than at another. */
  String growth() {
    return name + ", heap growth";
  }

  /** The series of the time an item took of the first tenth. */
  String firstTenth() {
    return name + ", the first tenth";
  }

  /** The series of the time an item took of all. */
  String all() {
    return name + ", all items";
  }

  @Override
  public Map<String, Double> measure() throws Exception {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    long least = Long.MAX_VALUE;
    long most = 0;
    double firstTenth = 0;
    long pauses = 0;
    int read = 0;
    Iterable<Integer> items = () -> IntStream.range(0, count).iterator();
    long start = System.nanoTime();
    try (Stream<Integer> results = pool.imap(Tasks::increment, items)) {
      for (Iterator<Integer> each = results.iterator(); each.hasNext(); ) {
        read++;
        if (each.next() != read) {
          throw new WrongResultException(name);
        }
        if (read == count / 10 || read == count / 2 || read == count) {
          long pause = System.nanoTime();
          if (read == count / 10) {
            firstTenth = (pause - start) / 1e9 / read;
          }
          System.gc();
          long used = memory.getHeapMemoryUsage().getUsed();
          least = Math.min(least, used);
          most = Math.max(most, used);
          pauses += System.nanoTime() - pause;
        }
      }
    }
    double all = (System.nanoTime() - start - pauses) / 1e9 / count;
    if (read != count) {
      throw new WrongResultException(name);
    }
    return Map.of(growth(), (double) (most - least), firstTenth(), firstTenth, all(), all);
  }
}
