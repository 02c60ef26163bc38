package io.github.poolmap.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class FunctionsTest {

  @Test
  void bothSidesForgetTheSame() {
    Functions<Boolean> parent = new Functions<>();
    Functions<String> worker = new Functions<>();
    Random random = new Random(1);
    int sent = 0;
    for (int i = 0; i < 10_000; i++) {
      long id = random.nextInt(20);
      if (parent.get(id) == null) {
        worker.put(id, "function " + id);
        parent.put(id, true);
        sent++;
      }
      assertThat(worker.get(id)).isEqualTo("function " + id);
    }
    assertThat(sent).isBetween(100, 5000);
  }

  @Test
  void theLeastRecentlyUsedIsForgotten() {
    Functions<Integer> functions = new Functions<>();
    for (int i = 0; i < 16; i++) {
      functions.put(i, i);
    }
    assertThat(functions.get(0)).isZero();
    functions.put(16, 16);
    assertThat(functions.get(0)).isZero();
    assertThat(functions.get(1)).isNull();
    assertThat(functions.get(16)).isEqualTo(16);
  }
}
