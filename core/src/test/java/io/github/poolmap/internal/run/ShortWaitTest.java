package io.github.poolmap.internal.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ShortWaitTest {

  private final ShortWait wait = new ShortWait();
  private final AtomicInteger looks = new AtomicInteger();

  @BeforeEach
  void needsAProcessorToSpare() {
    assumeTrue(Runtime.getRuntime().availableProcessors() > 1);
  }

  /** Returns how often a wait has looked for what never comes. */
  private int looksInVain() {
    looks.set(0);
    wait.until(
        () -> {
          looks.incrementAndGet();
          return false;
        });
    return looks.get();
  }

  @Test
  void whatNeverComesIsWaitedForOnlyNowAndThen() {
    assertThat(looksInVain()).as("it gives up").isGreaterThan(1);
    int lookedFor = 0;
    for (int i = 0; i < 1000; i++) {
      lookedFor += looksInVain() > 1 ? 1 : 0;
    }
    // 2, 4, 8, ... 64 are left out, then 65 is the period.
    assertThat(lookedFor).isBetween(1, 25);
  }

  @Test
  void afterOneSuccessItWaitsAgain() {
    for (int i = 0; i < 1000; i++) {
      looksInVain();
    }
    while (looksInVain() == 1) {
      // Until its turn has come; the next ones are left out again.
      continue;
    }
    boolean came = false;
    while (!came) {
      looks.set(0);
      wait.until(() -> looks.incrementAndGet() > 3);
      came = looks.get() > 3;
    }
    assertThat(looksInVain()).isGreaterThan(1);
  }

  @Test
  void whatIsThereIsNotWaitedFor() {
    wait.until(() -> looks.incrementAndGet() > 0);
    assertThat(looks.get()).isEqualTo(1);
  }

  @Test
  void aFailingConditionLeavesTheProcessorToOthers() {
    for (int i = 0; i < 10 * Runtime.getRuntime().availableProcessors(); i++) {
      try {
        new ShortWait()
            .until(
                () -> {
                  if (looks.incrementAndGet() % 2 == 0) {
                    throw new IllegalStateException("condition");
                  }
                  return false;
                });
      } catch (IllegalStateException expected) {
        assertThat(expected).hasMessage("condition");
      }
    }
    assertThat(looksInVain()).as("nobody is counted as looking").isGreaterThan(1);
  }
}
