package io.github.poolmap.benchmarks.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class UnitTest {

  @Test
  void timesHaveTheUnitThatFits() {
    assertEquals("23.5 ns", Unit.TIME.format(23.46e-9));
    assertEquals("9.00 us", Unit.TIME.format(9e-6));
    assertEquals("110 ms", Unit.TIME.format(0.1104));
    assertEquals("1.53 s", Unit.TIME.format(1.53));
    assertEquals("1,530 s", Unit.TIME.format(1530));
  }

  @Test
  void secondsForAByteAreShownAsARate() {
    assertEquals("1.50 GB/s", Unit.RATE.format(1 / 1.5e9));
  }

  @Test
  void bytesAreShownInMebibytes() {
    assertEquals("16.0 MiB", Unit.MEMORY.format(16 << 20));
    assertEquals("-0.50 MiB", Unit.MEMORY.format(-(1 << 19)));
  }
}
