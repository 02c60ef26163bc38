package io.github.poolmap;

import static java.util.Objects.requireNonNull;

import io.github.poolmap.internal.process.LaunchSpec;
import io.github.poolmap.internal.process.ProcessBackend;
import io.github.poolmap.internal.process.ResidentSize;
import io.github.poolmap.internal.process.WorkerLimits;
import io.github.poolmap.internal.process.WorkerOptions;
import io.github.poolmap.internal.process.WorkerPlan;
import io.github.poolmap.internal.run.Engine;
import io.github.poolmap.internal.run.Life;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A pool whose workers are child JVMs, for what threads cannot give: a task can be killed, a native
 * crash or an exhausted heap costs one item instead of the program, each worker has a heap limit
 * and statics of its own.
 *
 * <p>A JVM is booted when calls need it: the first with the first item, others only if the calls
 * under way will outlast a boot, by what their items have taken so far, or if items have been under
 * way for some time and nobody can tell. So a pool may have fewer workers than it may have.
 *
 * <p>The function is serialized once a call and sent once to each worker; inputs and results are
 * copied by serialization. Workers are started on demand and end with the pool, with the program,
 * whatever ends it, and when they had nothing to do for the idle timeout. What they write to
 * standard output and error appears line by line on {@code System.out} and {@code System.err} of
 * the program, unless {@link Builder#output} says otherwise. Safe for use by many threads.
 *
 * <p>A worker that dies fails the item that it was executing with {@link WorkerCrashedException};
 * items that it had finished keep their results, and those that it had not begun go to another
 * worker.
 *
 * @param <T> the bound of the inputs
 * @param <R> the bound of the results
 */
public final class ProcessPool<T, R> extends EnginePool<T, R> {

  static final String DEFAULT_NAME = "poolmap-processes";
  static final int MOST_WORKERS = 1_024;

  private ProcessPool(Engine<?> engine, Builder<T, R> builder) {
    super(engine, Life.of(engine), builder.options(), builder.carriers());
  }

  /**
   * Returns a builder with the default options.
   *
   * @param <T> the bound of the inputs
   * @param <R> the bound of the results
   * @return the builder
   */
  public static <T, R> Builder<T, R> builder() {
    return new Builder<>();
  }

  /**
   * Builds a {@link ProcessPool}. Not safe for use by many threads.
   *
   * @param <T> the bound of the inputs
   * @param <R> the bound of the results
   */
  public static final class Builder<T, R> extends PoolBuilder<Builder<T, R>> {

    private static final long SMALLEST_HEAP = 8L << 20;
    private static final long SMALLEST_MEMORY = 64L << 20;

    private StartStrategy startStrategy = StartStrategy.reuse();
    private List<String> jvmArgs = List.of();
    private long maxHeap;
    private @Nullable List<String> classPath;
    private Map<String, String> environment = Map.of();
    private @Nullable Path workingDirectory;
    private @Nullable Path javaHome;
    private int maxTasksPerWorker = WorkerLimits.UNLIMITED;
    private long maxWorkerMemory = WorkerLimits.UNLIMITED;
    private @Nullable UnaryOperator<List<String>> launcher;
    private WorkerOutput output = WorkerOutput.INHERIT;
    private int debugSlot = WorkerPlan.NOBODY;
    private boolean shipClasses = true;
    private @Nullable Codec codec;
    private Duration startTimeout = Duration.ofSeconds(30);
    private Duration idleTimeout = Duration.ofSeconds(60);

    private Builder() {
      super(DEFAULT_NAME, Runtime.getRuntime().availableProcessors(), MOST_WORKERS);
    }

    @Override
    Builder<T, R> self() {
      return this;
    }

    /**
     * Sets how the pool comes by its workers. The default is {@link StartStrategy#reuse()}.
     *
     * @param strategy the strategy
     * @return this builder
     */
    public Builder<T, R> startStrategy(StartStrategy strategy) {
      startStrategy = requireNonNull(strategy, "startStrategy");
      return this;
    }

    /**
     * Sets further options of the worker JVMs; they override those of the library. The program's
     * own {@code -D}, {@code -ea} and {@code --add-...} options travel anyway.
     *
     * @param args options as on the command line of {@code java}, none of them a class path
     * @return this builder
     * @throws IllegalArgumentException if one is blank, or sets the class path
     */
    public Builder<T, R> jvmArgs(String... args) {
      List<String> copy = List.of(args);
      for (String arg : copy) {
        if (!arg.startsWith("-")) {
          throw new IllegalArgumentException(
              "jvmArgs: \"" + arg + "\" is not an option of java: options begin with a dash");
        }
        if (arg.equals("-cp") || arg.equals("-classpath") || arg.startsWith("--class-path")) {
          throw new IllegalArgumentException(
              "jvmArgs: \"" + arg + "\" is not allowed here, use classPath(...)");
        }
      }
      jvmArgs = copy;
      return this;
    }

    /**
     * Sets the largest heap of each worker. The default is a slice of the memory that the program
     * may use: 75 % of it, divided by the number of workers or of cores, whichever is larger.
     *
     * @param bytes 8 MiB or more
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder<T, R> maxHeap(long bytes) {
      if (bytes < SMALLEST_HEAP) {
        throw new IllegalArgumentException(
            "maxHeap = " + bytes + " is out of range: allowed are " + SMALLEST_HEAP + " and more");
      }
      maxHeap = bytes;
      return this;
    }

    /**
     * Sets the class path of the workers, which has to contain Poolmap itself and what it needs.
     * The default is that of the program. What it lacks is {@linkplain #shipClasses shipped}.
     *
     * @param entries jars and folders
     * @return this builder
     * @throws IllegalArgumentException if there is none
     */
    public Builder<T, R> classPath(List<Path> entries) {
      List<String> absolute =
          entries.stream().map(entry -> entry.toAbsolutePath().toString()).toList();
      if (absolute.isEmpty()) {
        throw new IllegalArgumentException("classPath = [] is not allowed: a worker needs Poolmap");
      }
      classPath = absolute;
      return this;
    }

    /**
     * Sets whether workers fetch the classes and resources that their class path lacks from the
     * program: from the context class loader of the calling thread, and from those that know the
     * classes of the function. So classes work that were compiled in memory, typed into JShell, or
     * loaded from nested jars. Statics do not travel: each worker has its own; only for the
     * variables of a JShell session it has their values as they are when a call begins. The default
     * is true.
     *
     * @param ship false if a class that the class path lacks shall be an error
     * @return this builder
     */
    public Builder<T, R> shipClasses(boolean ship) {
      shipClasses = ship;
      return this;
    }

    /**
     * Sets how inputs and results travel that the codec handles. The built-in one is for the rest.
     *
     * @param codec the codec, which has to be serializable itself
     * @return this builder
     */
    public Builder<T, R> codec(Codec codec) {
      this.codec = requireNonNull(codec, "codec");
      return this;
    }

    /**
     * Sets environment variables of the workers beside those that they inherit.
     *
     * @param variables names and values
     * @return this builder
     * @throws IllegalArgumentException if a name is empty or contains an equals sign
     */
    public Builder<T, R> environment(Map<String, String> variables) {
      for (String variable : variables.keySet()) {
        if (variable.isEmpty() || variable.indexOf('=') >= 0 || variable.indexOf('\0') >= 0) {
          throw new IllegalArgumentException(
              "environment: \"" + variable + "\" is not the name of a variable");
        }
      }
      environment = Map.copyOf(variables);
      return this;
    }

    /**
     * Sets the working directory of the workers. The default is that of the program.
     *
     * @param directory an existing directory
     * @return this builder
     * @throws IllegalArgumentException if it is none
     */
    public Builder<T, R> workingDirectory(Path directory) {
      if (!Files.isDirectory(directory)) {
        throw new IllegalArgumentException(
            "workingDirectory = " + directory + " is not an existing directory");
      }
      workingDirectory = directory.toAbsolutePath();
      return this;
    }

    /**
     * Sets the JDK or JRE of the workers. The default is that of the program.
     *
     * @param home the folder that holds {@code bin/java}
     * @return this builder
     * @throws IllegalArgumentException if it holds none
     */
    public Builder<T, R> javaHome(Path home) {
      Path java = java(home);
      if (!Files.isExecutable(java)) {
        throw new IllegalArgumentException(
            "javaHome = " + home + " is not a JDK: " + java + " is not an executable file");
      }
      javaHome = home.toAbsolutePath();
      return this;
    }

    /**
     * Sets after how many tasks a worker is replaced by a fresh one, for tasks that leak. Retries
     * count. The next worker starts while the old one still works, so that no task waits for the
     * boot of a JVM if that can be avoided. Unlimited by default.
     *
     * @param tasks 1 or more
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder<T, R> maxTasksPerWorker(int tasks) {
      if (tasks < 1) {
        throw new IllegalArgumentException(
            "maxTasksPerWorker = " + tasks + " is out of range: allowed are 1 and more");
      }
      maxTasksPerWorker = tasks;
      return this;
    }

    /**
     * Sets how much memory a worker may take before it is replaced by a fresh one: its resident
     * size as the system sees it, with heap, threads, code and what native code has allocated. It
     * is looked at between tasks, every 20 milliseconds or so, and never stops a task; {@link
     * #maxHeap} does that for the heap. Items that the worker has been sent and has not begun go to
     * another one. A successor is started when nine tenths are reached. Unlimited by default.
     *
     * @param bytes 64 MiB or more; a JVM that does nothing takes some 40
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     * @throws UnsupportedOperationException if this system does not tell the size of processes in
     *     {@code /proc}, as Linux does
     */
    public Builder<T, R> maxWorkerMemory(long bytes) {
      if (bytes < SMALLEST_MEMORY) {
        throw new IllegalArgumentException(
            "maxWorkerMemory = "
                + bytes
                + " is out of range: allowed are "
                + SMALLEST_MEMORY
                + " and more");
      }
      if (!ResidentSize.isKnown()) {
        throw new UnsupportedOperationException(
            "maxWorkerMemory: "
                + System.getProperty("os.name")
                + " does not tell the resident size of processes in /proc, as Linux does; use"
                + " maxHeap(...) or maxTasksPerWorker(...)");
      }
      maxWorkerMemory = bytes;
      return this;
    }

    /**
     * Sets what changes the command line of each worker, to put another command in front of it:
     * {@code nice}, {@code taskset}, {@code systemd-run --scope}, {@code env}.
     *
     * <pre>{@code builder.launcher(jvm -> {
     *   List<String> command = new ArrayList<>(List.of("nice", "-n", "10"));
     *   command.addAll(jvm);
     *   return command;
     * })}</pre>
     *
     * <p>The result has to end with the command that it was given, and the command that it names
     * has to become the JVM, on this host and with the same pid, as those above do by {@code exec}.
     * One that starts the JVM as a child is refused with {@link WorkerStartException}, because
     * signals and exit statuses would be about the wrong process. The same error comes of an
     * operator that throws, or that returns null or something else than such a command.
     *
     * <p>The list is the operator's own: it may change it and return it.
     *
     * <p>The operator is called for each start, by several threads at once, and must not block. Two
     * pools are launched alike if they have the same operator object, or equal ones.
     *
     * @param change turns the command of the JVM, executable first, into the one to be run
     * @return this builder
     */
    public Builder<T, R> launcher(UnaryOperator<List<String>> change) {
      launcher = requireNonNull(change, "launcher");
      return this;
    }

    /**
     * Sets what becomes of what the workers print. The default is {@link WorkerOutput#INHERIT}.
     *
     * @param where where it appears, if anywhere
     * @return this builder
     */
    public Builder<T, R> output(WorkerOutput where) {
      output = requireNonNull(where, "output");
      return this;
    }

    /**
     * Has one worker listen for a debugger, on a free port of the loopback address that a warning
     * in the log names, again for each JVM that takes the worker's place. It does not wait for the
     * debugger to attach. The other workers have no such port, and this one works for no other
     * pool.
     *
     * <p>Everybody on this host may attach while the worker lives. Time limits stay as they are: a
     * task that stands at a breakpoint longer than its {@code taskTimeout} is stopped like any
     * other.
     *
     * @param slot the number of the worker as {@link WorkerInfo#index} has it, from 0
     * @return this builder
     * @throws IllegalArgumentException if it is negative; when the pool is made, if there is no
     *     such worker
     */
    public Builder<T, R> debug(int slot) {
      if (slot < 0) {
        throw noSuchSlot(slot, "0 to workers - 1");
      }
      debugSlot = slot;
      return this;
    }

    private static IllegalArgumentException noSuchSlot(int slot, String range) {
      return new IllegalArgumentException(
          "debug = " + slot + " is out of range: allowed are " + range);
    }

    private int checkedDebugSlot() {
      if (debugSlot >= workers()) {
        throw noSuchSlot(debugSlot, "0 to " + (workers() - 1));
      }
      return debugSlot;
    }

    /**
     * Sets how long the boot of a worker may take, without its initializer, which only the limits
     * of calls bound. The default is 30 seconds.
     *
     * @param timeout more than zero, at most one hour
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder<T, R> startTimeout(Duration timeout) {
      startTimeout = checkTimeout("startTimeout", timeout, Duration.ofHours(1));
      return this;
    }

    /**
     * Sets how long a worker without anything to do stays, with the pool or, under {@link
     * StartStrategy#reuse()}, after it. The default is 60 seconds.
     *
     * @param timeout more than zero, at most one day
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder<T, R> idleTimeout(Duration timeout) {
      idleTimeout = checkTimeout("idleTimeout", timeout, Duration.ofDays(1));
      return this;
    }

    private static Duration checkTimeout(String option, Duration timeout, Duration most) {
      requireNonNull(timeout, option);
      if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(most) > 0) {
        throw new IllegalArgumentException(
            option
                + " = "
                + timeout
                + " is out of range: allowed is more than zero, up to "
                + most);
      }
      return timeout;
    }

    private static Path java(Path home) {
      return home.resolve("bin").resolve(File.separatorChar == '\\' ? "java.exe" : "java");
    }

    /** Returns why this JVM cannot launch such workers, null if it can. */
    @Nullable String unavailable() {
      Path home = home();
      if (home == null) {
        return "this program has no java.home to launch a JVM from";
      }
      Path java = java(home);
      return Files.isExecutable(java) ? null : java + " is not an executable file";
    }

    private @Nullable Path home() {
      String own = System.getProperty("java.home");
      return javaHome != null || own == null ? javaHome : Path.of(own);
    }

    private LaunchSpec launchSpec() {
      Path home = home();
      if (home == null) {
        throw new WorkerStartException(
            name() + ": " + unavailable() + "; set javaHome(...)", "", "", null);
      }
      List<String> path = classPath;
      List<String> options = WorkerOptions.options(workers(), maxHeap, jvmArgs);
      if (path == null) {
        path = WorkerOptions.classPath();
        if (shipClasses) {
          options = WorkerOptions.withLibraryShipped(options);
        }
        if (javaHome == null) {
          options = WorkerOptions.withSelectorProvider(options);
        }
      }
      return new LaunchSpec(
          java(home), options, path, environment, workingDirectory, startTimeout, launcher, output);
    }

    /**
     * Returns what is equal for builders whose pools may share workers: everything that tells the
     * workers of one pool from those of another. A list, because the first use of the methods that
     * a record gets by itself takes a program some 40 ms.
     */
    Object spec() {
      WorkerPlan plan = plan();
      return Arrays.<@Nullable Object>asList(
          plan.poolName(),
          plan.workers(),
          plan.spec(),
          plan.strategy(),
          plan.idleTimeout(),
          plan.limits().tasks(),
          plan.limits().memory(),
          plan.debugSlot(),
          plan.shipClasses(),
          plan.codec(),
          initializer(),
          listeners(),
          sinks(),
          trace());
    }

    private WorkerPlan plan() {
      return new WorkerPlan(
          name(),
          workers(),
          launchSpec(),
          startStrategy,
          idleTimeout,
          new WorkerLimits(maxTasksPerWorker, maxWorkerMemory),
          checkedDebugSlot(),
          shipClasses,
          codec);
    }

    Engine<?> newEngine() {
      ProcessBackend backend =
          new ProcessBackend(plan(), WorkerStart.with(initializer()), new WorkerEnd());
      return Engine.on(
          name(),
          workers(),
          idleTimeout,
          backend,
          listeners(),
          observer(PoolKind.PROCESSES, workers()));
    }

    /**
     * Makes the pool; starts nothing.
     *
     * @return the pool
     * @throws IllegalArgumentException if options do not fit together
     */
    public ProcessPool<T, R> build() {
      return new ProcessPool<>(newEngine(), this);
    }
  }
}
