package io.github.poolmap.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextBarsTest {

  @Test
  void theLargestIsAsLongAsThereIsRoomAndTheOthersInProportion() {
    TextBars bars = new TextBars().bar("a", 200, "200 ms").bar("long", 1, "1 ms").bar("", 0, "0");
    assertEquals(
        List.of("a     " + "█".repeat(50) + " 200 ms", "long  ▎ 1 ms", "       0"), bars.lines());
  }

  @Test
  void aSevenEighthsBlockIsWiderThanOneEighth() {
    TextBars bars = new TextBars().bar("a", 400, "").bar("b", 7, "").bar("c", 1, "");
    assertEquals("b  ▉ ", bars.lines().get(1));
    assertEquals("c  ▏ ", bars.lines().get(2));
  }

  @Test
  void nothingIsNoBar() {
    assertEquals(List.of("a   x"), new TextBars().bar("a", 0, "x").lines());
  }
}
