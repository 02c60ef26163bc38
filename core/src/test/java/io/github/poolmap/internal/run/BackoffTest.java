package io.github.poolmap.internal.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BackoffTest {

  private final Backoff backoff = new Backoff();

  private int leftOut() {
    int times = 0;
    while (backoff.leavesOut()) {
      times++;
    }
    return times;
  }

  @Test
  void whatIsInVainIsLeftOutMoreAndMoreOften() {
    List<Integer> leftOut = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      leftOut.add(leftOut());
      backoff.note(false);
    }
    assertThat(leftOut).containsExactly(0, 1, 3, 7, 15, 31, 63, 64, 64);
  }

  @Test
  void oneSuccessEndsThat() {
    backoff.note(false);
    backoff.note(false);
    backoff.note(true);
    assertThat(leftOut()).isZero();
    backoff.note(false);
    assertThat(leftOut()).isEqualTo(1);
  }
}
