package io.github.poolmap.examples.crashcontainment;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A task: a good one, or one that misbehaves.
 *
 * @param index its position among all
 * @param misdeed what it does to its JVM, null if it is a good one
 */
record Job(int index, @Nullable Misdeed misdeed) implements Serializable {

  /** Spreads one of each kind of bad ones evenly among so many good ones. */
  static List<Job> among(int good) {
    Misdeed[] misdeeds = Misdeed.values();
    int all = good + misdeeds.length;
    List<Job> jobs = new ArrayList<>();
    for (int bad = 0; bad < misdeeds.length; bad++) {
      int position = (bad + 1) * all / (misdeeds.length + 1);
      while (jobs.size() < position) {
        jobs.add(new Job(jobs.size(), null));
      }
      jobs.add(new Job(jobs.size(), misdeeds[bad]));
    }
    while (jobs.size() < all) {
      jobs.add(new Job(jobs.size(), null));
    }
    return jobs;
  }

  /** The result of a good one: how many steps the Collatz sequence takes from its number to 1. */
  int steps() {
    int steps = 0;
    for (long n = index + 1L; n != 1; n = n % 2 == 0 ? n / 2 : 3 * n + 1) {
      steps++;
    }
    return steps;
  }

  @Override
  public String toString() {
    return misdeed == null ? "good task" : "task that " + misdeed.label();
  }
}
