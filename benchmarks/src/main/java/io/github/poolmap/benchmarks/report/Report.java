package io.github.poolmap.benchmarks.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.github.poolmap.benchmarks.measure.RowResult;
import io.github.poolmap.benchmarks.measure.Settings;
import java.util.List;

/**
 * All that a run found out, every single figure of it.
 *
 * @param date when it began, in UTC
 * @param poolmap the version of Poolmap
 * @param machine on what
 * @param settings how
 * @param rows the rows
 */
public record Report(
    String date, String poolmap, Machine machine, Settings settings, List<RowResult> rows) {

  private static final Gson GSON =
      new GsonBuilder().serializeNulls().setPrettyPrinting().disableHtmlEscaping().create();

  /** Writes it as JSON. */
  public String toJson() {
    return GSON.toJson(this);
  }

  /** Whether each goal that could be looked at is met, and all rows were measured. */
  public boolean allMet() {
    return rows.stream()
        .allMatch(
            row ->
                row.failure() == null
                    && row.stages().stream()
                        .allMatch(
                            stage ->
                                stage.lines().stream()
                                    .noneMatch(line -> Boolean.FALSE.equals(stage.isMet(line)))));
  }
}
