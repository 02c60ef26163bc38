package io.github.poolmap.benchmarks;

import com.google.gson.Gson;
import io.github.poolmap.benchmarks.measure.RowResult;
import io.github.poolmap.benchmarks.measure.Settings;
import io.github.poolmap.benchmarks.measure.Workload;
import java.io.IOException;
import java.io.OutputStream;
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
    Thread watch = new Thread(RowMain::endWithParent, "parent-watch");
    watch.setDaemon(true);
    watch.start();
    Gson gson = new Gson();
    Workload workload = Objects.requireNonNull(Catalog.find(arguments[0]), arguments[0]);
    RowResult result = RowResult.of(workload, gson.fromJson(arguments[1], Settings.class));
    Files.writeString(Path.of(arguments[2]), gson.toJson(result));
    // Whatever thread a peer has left behind.
    System.exit(0);
  }

  /** Nobody writes to this JVM, so its input ends with the one that has started it. */
  private static void endWithParent() {
    try {
      System.in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // As good as the end.
    }
    System.exit(1);
  }
}
