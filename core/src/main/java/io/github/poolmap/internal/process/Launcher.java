package io.github.poolmap.internal.process;

import io.github.poolmap.WorkerOutput;
import io.github.poolmap.WorkerStartException;
import io.github.poolmap.internal.run.Descriptions;
import io.github.poolmap.internal.wire.Depth;
import io.github.poolmap.internal.wire.Descendants;
import io.github.poolmap.internal.wire.Hello;
import io.github.poolmap.internal.wire.Ledger;
import io.github.poolmap.internal.wire.ValueFolder;
import io.github.poolmap.internal.wire.WorkerFolder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Boots the worker JVMs of one pool, and can end boots that are under way. */
final class Launcher {

  private static final Logger LOG = LoggerFactory.getLogger(Launcher.class);

  private static final long LAST_OUTPUT_MILLIS = 500;

  static final List<String> OPTION_VARIABLES =
      List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

  private static final SecureRandom RANDOM = new SecureRandom();

  private final String poolName;
  private final BooleanSupplier over;
  private final Transport transport = Transport.chosen();

  // Guarded by this.
  private final Set<Process> booting = new HashSet<>();
  private boolean refusing;

  /**
   * Makes a launcher.
   *
   * @param poolName whose workers they are
   * @throws IllegalArgumentException if the transport that is asked for is none
   */
  Launcher(String poolName) {
    this(poolName, () -> false);
  }

  /**
   * Makes a launcher.
   *
   * @param poolName whose workers they are
   * @param over tells whether new ones are not wanted any more, though it was not said here
   * @throws IllegalArgumentException if the transport that is asked for is none
   */
  Launcher(String poolName, BooleanSupplier over) {
    this.poolName = poolName;
    this.over = over;
  }

  /** Ends boots that are under way and refuses new ones. */
  synchronized void refuse() {
    refusing = true;
    booting.forEach(Launcher::endBoot);
  }

  synchronized boolean isRefusing() {
    return refusing || over.getAsBoolean();
  }

  private synchronized void register(Process process) {
    if (refusing) {
      endBoot(process);
    } else {
      booting.add(process);
    }
  }

  private synchronized void unregister(Process process) {
    booting.remove(process);
  }

  /**
   * Boots a worker and waits until it is ready.
   *
   * @param debugged whether it listens for a debugger
   * @param meanwhile is done while the JVM boots
   */
  ChildJvm launch(LaunchSpec spec, String name, boolean debugged, Runnable meanwhile) {
    long begun = System.nanoTime();
    // Before the look at what is over: so the end of the program is seen, or waits for this.
    try (ProgramEnd.Launch launch = ProgramEnd.beginLaunch()) {
      if (isRefusing()) {
        throw new WorkerStartException(name + ": not started, its pool is closed", "", "", null);
      }
      WorkerFolder folder = newFolder(name);
      BootArchive archive = debugged ? null : BootArchive.of(spec);
      boolean archived = archive != null && archive.isThere(folder.path());
      boolean started = false;
      try {
        List<String> command = command(spec, folder, name);
        BootArchive used = archived ? archive : null;
        ChildJvm child = launchIn(folder, spec, command, name, debugged, used, launch, meanwhile);
        child.workload().booted(System.nanoTime() - begun);
        if (archive != null && !archived) {
          archive.want(folder.path());
        }
        started = true;
        return child;
      } catch (BootException e) {
        if (archive == null || !archived || e.isByOutsideSignal() || !e.isOfDeath()) {
          throw e;
        }
        archive.discard();
      } finally {
        if (!started) {
          deleteQuietly(folder, name);
        }
      }
    }
    // There is no archive for it any more.
    return launch(spec, name, debugged, meanwhile);
  }

  private ChildJvm launchIn(
      WorkerFolder folder,
      LaunchSpec spec,
      List<String> command,
      String name,
      boolean debugged,
      @Nullable BootArchive archive,
      ProgramEnd.Launch launch,
      Runnable meanwhile) {
    try {
      DebugPort debugPort = debugged ? DebugPort.choose() : null;
      return boot(folder, spec, command, name, debugPort, archive, launch, meanwhile);
    } catch (IOException e) {
      throw new WorkerStartException(
          name + ": cannot be started: " + e, String.join(" ", command), "", e);
    }
  }

  private ChildJvm boot(
      WorkerFolder folder,
      LaunchSpec spec,
      List<String> command,
      String name,
      @Nullable DebugPort debugPort,
      @Nullable BootArchive archive,
      ProgramEnd.Launch launch,
      Runnable meanwhile)
      throws IOException {
    byte[] token = new byte[Hello.TOKEN_BYTES];
    RANDOM.nextBytes(token);
    PrivateFile.write(folder.token(), token);
    Ledger ledger = Ledger.create(folder.ledger());
    List<String> arguments = arguments(spec, folder, archive);
    if (debugPort != null) {
      arguments.add(0, debugPort.option());
    }
    ArgumentFile.write(folder.arguments(), arguments);
    try (Handshake handshake = Handshake.listen(folder, token, transport)) {
      Process process = start(spec, command, name);
      Handshake.Sockets sockets = null;
      boolean ready = false;
      try {
        register(process);
        ProcessMark.of(process.toHandle()).write(folder.worker());
        ChildJvm.Output output = pump(process, spec.output(), name);
        ValueFolder values = valueFolder(folder);
        launch.handOver();
        meanwhile.run();
        long memory = Memory.usable();
        int cores = Runtime.getRuntime().availableProcessors();
        long heap = Slice.of(spec.options(), memory, cores).heapBytes();
        sockets = handshake.await(process, spec.startTimeout());
        if (sockets == null) {
          throw bootFailed(spec, name, process, output, command, arguments);
        }
        if (sockets.pid() != process.pid()) {
          throw forked(name, process, sockets, command);
        }
        ChildJvm child = new ChildJvm(spec, process, folder, sockets, ledger, output, values);
        ready = true;
        LiveHeaps.PROGRAM.add(child, heap, memory);
        if (debugPort != null) {
          child.taint("a debugger may be attached");
          LOG.warn("{}: a debugger can be attached at {}", child, debugPort.address());
        }
        return child;
      } finally {
        unregister(process);
        if (!ready) {
          endBoot(process);
          closeQuietly(sockets, name);
        }
      }
    }
  }

  /** Makes the folder of large values while the JVM boots; without it they travel in messages. */
  private static @Nullable ValueFolder valueFolder(WorkerFolder folder) throws IOException {
    ValueFolder values = PrivateFolder.forValues();
    if (values == null) {
      return null;
    }
    boolean announced = false;
    try {
      values.announce(folder);
      announced = true;
      return values;
    } finally {
      if (!announced) {
        values.delete();
      }
    }
  }

  private ChildJvm.Output pump(Process process, WorkerOutput output, String name) {
    CurrentNames names = new CurrentNames(new WorkerNames(name, poolName));
    LineTarget out =
        switch (output) {
          case INHERIT -> LineTarget.stream(() -> System.out);
          case LOG -> LineTarget.log(Level.INFO, names::get);
          case DISCARD -> LineTarget.NOWHERE;
        };
    LineTarget err =
        switch (output) {
          case INHERIT -> LineTarget.stream(() -> System.err);
          case LOG -> LineTarget.log(Level.WARN, names::get);
          case DISCARD -> LineTarget.NOWHERE;
        };
    return new ChildJvm.Output(
        OutputPump.start(process.getInputStream(), out, name + "-stdout"),
        OutputPump.start(process.getErrorStream(), err, name + "-stderr"),
        names);
  }

  private static Process start(LaunchSpec spec, List<String> command, String name)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    // Workers read from nothing: what is typed belongs to the program.
    boolean windows = File.separatorChar == '\\';
    builder.redirectInput(new File(windows ? "NUL" : "/dev/null"));
    if (spec.workingDirectory() != null) {
      builder.directory(spec.workingDirectory().toFile());
    }
    Map<String, String> environment = builder.environment();
    inheritOptions(environment);
    environment.putAll(spec.environment());
    try {
      Process process = builder.start();
      LOG.debug("{}: pid {} boots: {}", name, process.pid(), command);
      return process;
    } catch (IOException e) {
      throw new IOException(
          e.getMessage()
              + (command.get(0).equals(spec.java().toString())
                  ? Files.isExecutable(spec.java())
                      ? " (was the JDK replaced while this program runs? then restart it)"
                      : " (" + spec.java() + " is not an executable file)"
                  : " (the command comes from the launcher)"),
          e);
    }
  }

  /** Leaves in an environment those options for JVMs that travel. */
  static void inheritOptions(Map<String, String> environment) {
    for (String variable : OPTION_VARIABLES) {
      String inherited = WorkerOptions.inherited(environment.getOrDefault(variable, ""));
      if (inherited.isEmpty()) {
        environment.remove(variable);
      } else {
        environment.put(variable, inherited);
      }
    }
  }

  private static List<String> arguments(
      LaunchSpec spec, WorkerFolder folder, @Nullable BootArchive archive) {
    List<String> arguments = new ArrayList<>();
    if (archive != null) {
      arguments.addAll(archive.launchOptions());
    }
    arguments.addAll(spec.options());
    // Behind those of the user, since the last one counts: the pool has to find it.
    arguments.add("-XX:ErrorFile=" + folder.crashReport());
    arguments.add("-cp");
    arguments.add(String.join(File.pathSeparator, spec.classPath()));
    return arguments;
  }

  /** Short, so that ps and jcmd show which worker of which pool it is. */
  private static List<String> command(LaunchSpec spec, WorkerFolder folder, String name) {
    List<String> jvm =
        List.of(
            spec.java().toString(),
            "@" + folder.arguments(),
            Descendants.WORKER_MAIN,
            name,
            folder.path().toString(),
            Integer.toString(Depth.current() + 1));
    return spec.launcher() == null ? jvm : changed(jvm, spec.launcher(), name);
  }

  /** What the user's launcher makes of the command. It may do anything. */
  private static List<String> changed(
      List<String> jvm, UnaryOperator<List<String>> launcher, String name) {
    List<String> changed;
    try {
      changed = launcher.apply(new ArrayList<>(jvm));
    } catch (RuntimeException | Error e) {
      throw launcherFailed(name, "threw " + Descriptions.of(e), jvm, e);
    }
    if (changed == null) {
      throw launcherFailed(name, "gave null instead of a command", jvm, null);
    }
    List<String> copy = new ArrayList<>(changed);
    if (copy.contains(null)) {
      throw launcherFailed(name, "gave a command with null in it: " + copy, jvm, null);
    }
    int added = copy.size() - jvm.size();
    if (added < 0 || !copy.subList(added, copy.size()).equals(jvm)) {
      throw launcherFailed(
          name, "gave " + copy + ", which does not end with the command of the JVM", jvm, null);
    }
    return copy;
  }

  private static WorkerStartException launcherFailed(
      String name, String what, List<String> jvm, @Nullable Throwable cause) {
    String command = String.join(" ", jvm);
    return new WorkerStartException(
        name + ": cannot be started: the launcher " + what + "\ncommand of the JVM: " + command,
        command,
        "",
        cause);
  }

  /**
   * The JVM is not the process that was started, but a child of it. Signals and exit statuses would
   * be about the wrong process, so such a worker could be neither killed nor buried.
   */
  private static WorkerStartException forked(
      String name, Process process, Handshake.Sockets sockets, List<String> command) {
    String whole = String.join(" ", command);
    return new WorkerStartException(
        name
            + ": cannot be started: its JVM is pid "
            + sockets.pid()
            + ", but the command was started as pid "
            + process.pid()
            + ". A launcher's command has to become the JVM (in a shell script by \"exec\"), not to"
            + " start it as a child\ncommand: "
            + whole,
        whole,
        "",
        null);
  }

  /** Kills all that a boot has come to. No task has run yet, so no JVM in it is to be spared. */
  private static void endBoot(Process process) {
    ChildJvm.allDescendants(process).forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private static void closeQuietly(Handshake.@Nullable Sockets sockets, String name) {
    if (sockets != null) {
      try {
        sockets.close();
      } catch (IOException e) {
        LOG.warn("{}: the sockets of a failed start cannot be closed", name, e);
      }
    }
  }

  private WorkerStartException bootFailed(
      LaunchSpec spec,
      String name,
      Process process,
      ChildJvm.Output output,
      List<String> command,
      List<String> arguments) {
    boolean died = !process.isAlive();
    if (!died) {
      endBoot(process);
    }
    try {
      process.waitFor(LAST_OUTPUT_MILLIS, TimeUnit.MILLISECONDS);
      output.err().awaitEnd(LAST_OUTPUT_MILLIS);
    } catch (InterruptedException e) {
      // Nobody interrupts a lane; if user code did, the message has less to tell.
      Thread.currentThread().interrupt();
    }
    boolean refused = isRefusing();
    int status = died && !refused ? process.exitValue() : -1;
    String what =
        refused
            ? "not started, its pool was closed meanwhile"
            : died
                ? "the worker JVM ended while booting, with status "
                    + Exit.describe(status)
                    + (spec.launcher() == null || status != 0
                        ? ""
                        : " (the launcher's command has to become the JVM, not to start it as a child)")
                : "the worker JVM was not ready within " + spec.startTimeout();
    String whole = String.join(" ", command) + "\n" + String.join(" ", arguments);
    String tail = output.err().tail();
    return new BootException(
        name
            + ": "
            + what
            + "\ncommand: "
            + whole
            + "\nstderr: "
            + (tail.isEmpty() ? "(empty)" : tail),
        whole,
        tail,
        status,
        WorkerStarter.SIGNALLED_BOOTS_ALLOWED,
        null);
  }

  private static WorkerFolder newFolder(String name) {
    // Absolute: the worker may have another working directory.
    Path temp = PrivateFolder.onDisk();
    try {
      return new WorkerFolder(PrivateFolder.create(temp, Sweep.PREFIX));
    } catch (IOException e) {
      throw new WorkerStartException(
          name + ": no private folder below java.io.tmpdir = " + temp + ": " + e, "", "", e);
    }
  }

  private static void deleteQuietly(WorkerFolder folder, String name) {
    try {
      folder.delete();
    } catch (IOException e) {
      LOG.warn("{}: cannot clean up {}", name, folder.path(), e);
    }
  }

  /** A worker that did not come to work, with what decides whether it counts. */
  static final class BootException extends WorkerStartException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final int signalsAllowed;

    BootException(
        String message,
        String command,
        String stderrTail,
        int status,
        int signalsAllowed,
        @Nullable Throwable cause) {
      super(message, command, stderrTail, cause);
      this.status = status;
      this.signalsAllowed = signalsAllowed;
    }

    /** Somebody outside killed the JVM, which says nothing about whether it could boot. */
    boolean isByOutsideSignal() {
      return Exit.isOutsideSignal(status);
    }

    /** The process has ended by itself, rather than that it was too slow or not wanted any more. */
    boolean isOfDeath() {
      return status >= 0;
    }

    /** After so many attempts that ended like this one it counts all the same. */
    int signalsAllowed() {
      return signalsAllowed;
    }

    @Nullable String signal() {
      return Exit.signal(status);
    }
  }
}
