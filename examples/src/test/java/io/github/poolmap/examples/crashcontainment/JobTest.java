package io.github.poolmap.examples.crashcontainment;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 1_000})
  void thereIsOneOfEachKindOfBadOnes(int good) {
    List<Job> jobs = Job.among(good);
    for (int i = 0; i < jobs.size(); i++) {
      assertEquals(i, jobs.get(i).index());
    }
    assertEquals(good, jobs.stream().filter(job -> job.misdeed() == null).count());
    assertEquals(
        Arrays.asList(Misdeed.values()),
        jobs.stream().map(Job::misdeed).filter(Objects::nonNull).toList());
  }
}
