package io.github.poolmap.benchmarks.measure;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was measured of a workload.
 *
 * @param workload its name
 * @param title what was done
 * @param jdk the version of the JDK, empty if nothing was measured
 * @param rounds how many rounds counted
 * @param seconds how long it took in all
 * @param stages the parts of it
 * @param failure why there is nothing, null if all went well
 */
public record RowResult(
    String workload,
    String title,
    String jdk,
    int rounds,
    double seconds,
    List<StageResult> stages,
    @Nullable String failure) {

  /** One of which nothing could be measured. */
  public static RowResult failed(Workload workload, String reason) {
    return new RowResult(workload.name(), workload.title(), "", 0, 0, List.of(), reason);
  }

  /** Measures a workload. */
  public static RowResult of(Workload workload, Settings settings) throws Exception {
    int rounds = settings.roundsOr(workload.rounds());
    Alternation alternation = new Alternation(settings.warmUpsOr(workload.warmUps()), rounds);
    long start = System.nanoTime();
    List<StageResult> results = new ArrayList<>();
    for (Workload.Stage stage : workload.stages(settings)) {
      try (Lineup lineup = new Lineup(settings)) {
        stage.open(lineup);
        results.add(alternation.measure(lineup));
      }
    }
    return new RowResult(
        workload.name(),
        workload.title(),
        Runtime.version().toString(),
        rounds,
        (System.nanoTime() - start) / 1e9,
        results,
        null);
  }
}
