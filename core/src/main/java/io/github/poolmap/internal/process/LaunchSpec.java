package io.github.poolmap.internal.process;

import io.github.poolmap.WorkerOutput;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Everything that decides how a worker JVM is launched; equal specs launch interchangeable workers.
 *
 * @param java the executable
 * @param options the options of the JVM, in order
 * @param classPath absolute entries
 * @param environment variables to set beside those that are inherited
 * @param workingDirectory null for that of this program
 * @param startTimeout how long a boot may take
 * @param launcher changes the command line, null to leave it; equal if it is the same object,
 *     unless the user says otherwise
 * @param output what becomes of what the worker prints
 */
public record LaunchSpec(
    Path java,
    List<String> options,
    List<String> classPath,
    Map<String, String> environment,
    @Nullable Path workingDirectory,
    Duration startTimeout,
    @Nullable UnaryOperator<List<String>> launcher,
    WorkerOutput output) {

  /** Keeps copies. */
  public LaunchSpec {
    options = List.copyOf(options);
    classPath = List.copyOf(classPath);
    environment = Map.copyOf(environment);
  }

  // By hand, because the first use of the methods that a record gets by itself takes a program some
  // 40 ms.

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LaunchSpec that
        && java.equals(that.java)
        && options.equals(that.options)
        && classPath.equals(that.classPath)
        && environment.equals(that.environment)
        && Objects.equals(workingDirectory, that.workingDirectory)
        && startTimeout.equals(that.startTimeout)
        && Objects.equals(launcher, that.launcher)
        && output == that.output;
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        java, options, classPath, environment, workingDirectory, startTimeout, launcher, output);
  }
}
