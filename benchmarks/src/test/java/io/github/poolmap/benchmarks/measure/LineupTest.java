package io.github.poolmap.benchmarks.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class LineupTest {

  private final Lineup lineup = new Lineup(new Settings(true, 0, -1, null, ""));
  private final StringBuilder closed = new StringBuilder();

  @Test
  void theLastOneIsClosedFirst() throws Exception {
    lineup.closing(() -> closed.append("a"));
    lineup.closing(() -> closed.append("b"));
    lineup.close();
    assertEquals("ba", closed.toString());
  }

  @Test
  void oneThatCannotBeClosedDoesNotKeepTheOthers() {
    lineup.closing(() -> closed.append("a"));
    lineup.closing(
        () -> {
          throw new IllegalStateException("no");
        });
    IOException e = assertThrows(IOException.class, lineup::close);
    assertEquals("no", e.getCause().getMessage());
    assertEquals("a", closed.toString());
  }
}
