package io.github.poolmap.benchmarks;

import com.google.gson.Gson;
import io.github.poolmap.benchmarks.measure.RowResult;
import io.github.poolmap.benchmarks.measure.Settings;
import io.github.poolmap.benchmarks.measure.Workload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** Measures one workload in a JVM of its own, for {@link RowProcess}. */
public final class RowMain {

  private RowMain() {}

  /**
   * Measures and writes what it found into a file.
   *
   * @param arguments the workload's name, the settings as JSON, the file
   */
  public static void main(String[] arguments) throws Exception {
    Gson gson = new Gson();
    Workload workload = Objects.requireNonNull(Catalog.find(arguments[0]), arguments[0]);
    RowResult result = RowResult.of(workload, gson.fromJson(arguments[1], Settings.class));
    Files.writeString(Path.of(arguments[2]), gson.toJson(result));
    // Whatever thread a peer has left behind.
    System.exit(0);
  }
}
