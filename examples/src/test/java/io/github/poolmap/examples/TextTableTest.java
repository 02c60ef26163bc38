package io.github.poolmap.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextTableTest {

  @Test
  void alignsTheFirstColumnLeftAndTheOthersRight() {
    TextTable table = new TextTable().row(List.of("a", "long", "b")).row(List.of("bcd", "1", "2"));
    assertEquals(List.of("a    long  b", "bcd     1  2"), table.lines());
  }

  @Test
  void aChineseCharacterTakesTwoColumns() {
    TextTable table = new TextTable().row(List.of("", "多线程")).row(List.of("x", "1234567"));
    assertEquals(List.of("    多线程", "x  1234567"), table.lines());
  }
}
