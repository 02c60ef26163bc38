package io.github.poolmap.examples.springboot;

import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The input of a task, which has to be serializable.
 *
 * @param from the first number
 * @param to the number behind the last one
 */
record Range(long from, long to) implements Serializable {

  /** Cuts the numbers below a limit into parts of about the same length. */
  static List<Range> parts(long below, int count) {
    return IntStream.range(0, count)
        .mapToObj(part -> new Range(below * part / count, below * (part + 1) / count))
        .toList();
  }

  /** Counts the primes in it, and tells which process did. */
  Counted countPrimes() {
    long primes = LongStream.range(from, to).filter(Range::isPrime).count();
    return new Counted(this, primes, ProcessHandle.current().pid());
  }

  private static boolean isPrime(long number) {
    if (number < 2) {
      return false;
    }
    for (long divisor = 2; divisor * divisor <= number; divisor++) {
      if (number % divisor == 0) {
        return false;
      }
    }
    return true;
  }
}
