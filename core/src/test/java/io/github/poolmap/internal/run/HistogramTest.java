package io.github.poolmap.internal.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.poolmap.Distribution;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HistogramTest {

  @Test
  void durationsOfEachLengthAreKnownToOnePercent() {
    for (long nanos = 0; nanos >= 0; nanos = nanos < 10_000 ? nanos + 1 : nanos + nanos / 1_000) {
      Histogram histogram = new Histogram();
      histogram.add(nanos, 1);
      histogram.add(Long.MAX_VALUE, 2);
      assertThat(histogram.distribution().percentile(1).toNanos())
          .isBetween((long) (nanos * 0.99), (long) Math.ceil(nanos * 1.01));
    }
  }

  @Test
  void percentilesAreThoseOfTheDurations() {
    Random random = new Random(1);
    long[] nanos = new long[10_000];
    Histogram histogram = new Histogram();
    long sum = 0;
    for (int i = 0; i < nanos.length; i++) {
      nanos[i] = (long) Math.exp(random.nextDouble() * 20);
      sum += nanos[i];
      histogram.add(nanos[i], 1);
    }
    Arrays.sort(nanos);
    Distribution distribution = histogram.distribution();
    assertThat(distribution.count()).isEqualTo(nanos.length);
    assertThat(distribution.total().toNanos()).isEqualTo(sum);
    assertThat(distribution.max().toNanos()).isEqualTo(nanos[nanos.length - 1]);
    for (int percent = 1; percent < 100; percent++) {
      long exact = nanos[percent * nanos.length / 100 - 1];
      assertThat(distribution.percentile(percent).toNanos())
          .isBetween((long) (exact * 0.99), (long) Math.ceil(exact * 1.01));
    }
  }

  @Test
  void manyOfOneLengthAreAsManyOnes() {
    Histogram histogram = new Histogram();
    histogram.add(1_000, 99);
    histogram.add(5_000_000, 1);
    histogram.add(-7, 0);
    Distribution distribution = histogram.distribution();
    assertThat(distribution.count()).isEqualTo(100);
    assertThat(distribution.p99().toNanos()).isBetween(990L, 1_010L);
    assertThat(distribution.percentile(99.5).toNanos()).isEqualTo(5_000_000);
  }

  /** Ten million items that were all read at the start of a call wait for 570 years in an hour. */
  @Test
  void theSumOfManyLongOnesIsNoNegativeNumber() {
    Histogram histogram = new Histogram();
    long halfAnHour = Duration.ofMinutes(30).toNanos() + 1;
    for (int i = 0; i < 100; i++) {
      histogram.add(halfAnHour, 100_000);
    }
    histogram.add(halfAnHour, Integer.MAX_VALUE);
    Distribution distribution = histogram.distribution();
    assertThat(distribution.mean()).isEqualTo(Duration.ofNanos(halfAnHour));
    assertThat(distribution.total())
        .isEqualTo(Duration.ofNanos(halfAnHour).multipliedBy(10_000_000L + Integer.MAX_VALUE));
  }
}
