package io.github.poolmap.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class NumbersTest {

  @Test
  void theyAreWrittenTheSameInAllLocales() {
    assertEquals("1,234,567", Numbers.grouped(1_234_567));
    assertEquals("1,024.5 MiB", Numbers.mebibytes((1L << 30) + (1L << 19)));
    assertEquals("1,500.0 ms", Numbers.millis(1.5e9));
  }
}
