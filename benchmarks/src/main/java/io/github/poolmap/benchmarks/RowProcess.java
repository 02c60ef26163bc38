package io.github.poolmap.benchmarks;

import com.google.gson.Gson;
import io.github.poolmap.benchmarks.measure.RowResult;
import io.github.poolmap.benchmarks.measure.Settings;
import io.github.poolmap.benchmarks.measure.Workload;
import io.github.poolmap.benchmarks.peers.Children;
import io.github.poolmap.benchmarks.peers.Jvm;
import io.github.poolmap.benchmarks.peers.TemporaryFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Measures each workload in a JVM of its own: what the JIT has learnt from one is wrong for the
 * next, and what one leaves on the heap is there for the next.
 */
final class RowProcess {

  private final Settings settings;
  private final Duration limit;

  RowProcess(Settings settings, Duration limit) {
    this.settings = settings;
    this.limit = limit;
  }

  /** Measures a workload; a failure is part of the result. */
  RowResult measure(Workload workload, Path javaHome) throws IOException, InterruptedException {
    Gson gson = new Gson();
    try (TemporaryFolder folder = TemporaryFolder.make()) {
      Path file = folder.path().resolve("result.json");
      Process process =
          Jvm.command(
                  javaHome,
                  workload.jvmArgs(),
                  RowMain.class,
                  workload.name(),
                  gson.toJson(settings),
                  file.toString())
              .redirectOutput(ProcessBuilder.Redirect.INHERIT)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try (Children.Child child = Children.watch(process)) {
        if (!child.endsWithin(limit)) {
          return RowResult.failed(workload, "it took more than " + limit.toSeconds() + " s");
        }
        if (process.exitValue() != 0) {
          return RowResult.failed(
              workload, "its JVM ended with status " + process.exitValue() + ", see above");
        }
      }
      return gson.fromJson(Files.readString(file), RowResult.class);
    }
  }
}
