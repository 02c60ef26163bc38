package io.github.poolmap.benchmarks.measure;

import org.jspecify.annotations.Nullable;

/**
 * How to measure.
 *
 * @param quick whether a rough answer will do
 * @param rounds how many rounds count, 0 for as many as the workload needs
 * @param warmUps how many before them do not, -1 for as many as the workload needs
 * @param python the Python that has the peers, null if there is none
 * @param pythonMissing why there is none
 */
public record Settings(
    boolean quick, int rounds, int warmUps, @Nullable Python python, String pythonMissing) {

  /** The least number of rounds whose median says something. */
  private static final int ROUNDS = 5;

  private static final int QUICK_ROUNDS = 3;

  /**
   * A Python.
   *
   * @param command what starts it
   * @param version its version
   * @param numpy the version of numpy, null if it lacks it
   * @param joblib the version of joblib, null if it lacks it
   */
  public record Python(
      String command, String version, @Nullable String numpy, @Nullable String joblib) {}

  /** How many rounds count of a workload that needs so many, 5 at least. */
  public int roundsOr(int needed) {
    if (rounds > 0) {
      return rounds;
    }
    return quick ? QUICK_ROUNDS : Math.max(ROUNDS, needed);
  }

  /** How many rounds do not count of a workload that needs so many. */
  public int warmUpsOr(int needed) {
    return warmUps >= 0 ? warmUps : needed;
  }

  /** One number of items if it must be quick, else the other. */
  public int size(int full, int ifQuick) {
    return quick ? ifQuick : full;
  }
}
