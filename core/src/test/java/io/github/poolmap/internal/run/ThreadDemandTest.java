package io.github.poolmap.internal.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.poolmap.internal.run.ThreadSampler.Sample;
import org.junit.jupiter.api.Test;

class ThreadDemandTest {

  private static final int CORES = 4;
  private static final int MOST = 64;

  private final ThreadDemand demand = new ThreadDemand(CORES, MOST);

  private int waits(boolean backlog) {
    return demand.next(new Sample(10, 10, 0.01), backlog);
  }

  private int computes() {
    return demand.next(new Sample(10, 0, 0.99), true);
  }

  @Test
  void doublesWhileThreadsWaitAndItemsWaitForThem() {
    assertThat(waits(true)).isEqualTo(8);
    assertThat(waits(true)).isEqualTo(16);
    assertThat(waits(true)).isEqualTo(32);
    assertThat(waits(true)).isEqualTo(MOST);
    assertThat(waits(true)).isEqualTo(MOST);
  }

  @Test
  void staysAsItIsWhileNoItemWaitsForAThread() {
    assertThat(waits(false)).isEqualTo(CORES);
    assertThat(waits(true)).isEqualTo(8);
    assertThat(waits(false)).isEqualTo(8);
  }

  @Test
  void staysWithTheCoresForItemsThatCompute() {
    for (int i = 0; i < 20; i++) {
      assertThat(computes()).isEqualTo(CORES);
    }
  }

  @Test
  void halfOfTheThreadsWaitingAreReasonEnough() {
    assertThat(demand.next(new Sample(10, 5, 0.5), true)).isEqualTo(8);
    assertThat(new ThreadDemand(CORES, MOST).next(new Sample(10, 4, 0.6), true)).isEqualTo(CORES);
  }

  @Test
  void comesBackToTheCoresSoonAfterItemsBeginToCompute() {
    for (int i = 0; i < 4; i++) {
      waits(true);
    }
    int limit = MOST;
    for (int i = 0; i < 8; i++) {
      limit = computes();
    }
    assertThat(limit).isEqualTo(CORES);
  }

  @Test
  void comesDownToWhatKeepsTheCoresBusy() {
    for (int i = 0; i < 4; i++) {
      waits(true);
    }
    int limit = MOST;
    for (int i = 0; i < 20; i++) {
      limit = demand.next(new Sample(10, 2, 0.8), true);
    }
    assertThat(limit).isEqualTo(5);
  }

  @Test
  void aChoiceThatStandsIsToldOnceWithWhatWasMeasured() {
    waits(true);
    assertThat(demand.decision()).isEmpty();
    waits(false);
    waits(false);
    assertThat(demand.decision()).isEmpty();
    waits(false);
    assertThat(demand.decision())
        .hasValue(
            "each thread used 1 % of a core (4 samples): items mostly wait, chosen: 8 threads"
                + " (before: 4, cores: 4)");
    for (int i = 0; i < 10; i++) {
      waits(false);
      assertThat(demand.decision()).isEmpty();
    }
    assertThat(demand.endOfCalls()).isEmpty();
  }

  @Test
  void theNextChoiceIsNewsAgain() {
    for (int i = 0; i < 10; i++) {
      waits(false);
    }
    assertThat(demand.decision()).isPresent();
    waits(true);
    for (int i = 0; i < 3; i++) {
      waits(false);
    }
    assertThat(demand.decision()).get().asString().contains("chosen: 8", "before: 4");
  }

  @Test
  void whatWasChosenWhenTheCallsEndIsToldEvenIfItDidNotStandForLong() {
    waits(true);
    assertThat(demand.endOfCalls()).get().asString().contains("(1 samples)", "chosen: 8 threads");
    assertThat(demand.endOfCalls()).isEmpty();
  }

  @Test
  void callsTooShortToBeMeasuredAreNoNews() {
    assertThat(demand.endOfCalls()).isEmpty();
    assertThat(demand.decision()).isEmpty();
  }

  @Test
  void earlierCallsDoNotCountInTheNext() {
    waits(true);
    waits(true);
    assertThat(demand.endOfCalls()).isPresent();
    assertThat(computes()).isEqualTo(CORES);
  }
}
