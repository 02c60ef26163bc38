package io.github.poolmap.internal.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A process as a file tells of it, so that another program can find out whether it still runs.
 *
 * <p>A pid alone does not say it. Pids are used again, so the start time comes with it; and
 * programs in different containers may share a temporary folder but not each other's pids, so the
 * name of the pids' namespace does, where there are such. Nor do programs on different machines,
 * whose first namespaces all have the same name; so there is the id of the boot as well, and the
 * name of the machine.
 *
 * <p>After a reboot the id is another one, as it is on another machine. Only the name of the
 * machine tells these apart, and names are given by people: what bears our name and another boot is
 * {@link State#PROBABLY_GONE}, what bears another name cannot be seen from here.
 *
 * @param pid the process
 * @param startMillis when it was started, {@link #UNKNOWN} if the system does not tell
 * @param namespace of the pid, empty if the system has none
 * @param boot of the machine, empty if the system has no name for it
 * @param machine what it is called, empty if it is not known
 */
record ProcessMark(long pid, long startMillis, String namespace, String boot, String machine) {

  private static final long UNKNOWN = -1;

  private static final String END = "end";

  /** Systems derive start times from a clock that is set now and then, by a little. */
  private static final long SAME_MILLIS = 10_000;

  /** This program. */
  static final ProcessMark THIS = of(ProcessHandle.current());

  /** What can be known of a process. */
  enum State {
    RUNS,
    GONE,
    /**
     * Another process has the pid now, unless the clock was set; or the machine was booted since,
     * unless two have the same name.
     */
    PROBABLY_GONE,
    /** It cannot be seen from here. */
    UNKNOWN
  }

  static ProcessMark of(ProcessHandle process) {
    return new ProcessMark(
        process.pid(), startMillis(process), namespaceOfPids(), bootOfMachine(), nameOfMachine());
  }

  /** A process here of which no more than the pid is known. */
  static ProcessMark ofPid(long pid) {
    return new ProcessMark(pid, UNKNOWN, THIS.namespace, THIS.boot, THIS.machine);
  }

  private static long startMillis(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(UNKNOWN);
  }

  private static String namespaceOfPids() {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
    } catch (IOException | UnsupportedOperationException none) {
      return "";
    }
  }

  private static String bootOfMachine() {
    return firstLine(Path.of("/proc/sys/kernel/random/boot_id"));
  }

  /** Without asking the network, which may take its time. */
  private static String nameOfMachine() {
    String name = firstLine(Path.of("/proc/sys/kernel/hostname"));
    for (String variable : List.of("COMPUTERNAME", "HOSTNAME")) {
      String value = System.getenv(variable);
      if (name.isEmpty() && value != null) {
        name = value.strip();
      }
    }
    // So many are called like this that it is no name.
    return name.startsWith("localhost") ? "" : name;
  }

  private static String firstLine(Path file) {
    try {
      return Files.readString(file, ISO_8859_1).lines().findFirst().orElse("").strip();
    } catch (IOException noSuchFile) {
      return "";
    }
  }

  void write(Path file) throws IOException {
    // The end tells whether it is whole.
    String text =
        String.join(
            "\n", Long.toString(pid), Long.toString(startMillis), namespace, boot, machine, END);
    Files.write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Reads a file; null if there is none, or its writer was killed before it was whole. */
  static @Nullable ProcessMark read(Path file) throws IOException {
    try {
      List<String> lines = Files.readAllLines(file);
      return lines.size() < 6 || !lines.get(5).equals(END)
          ? null
          : new ProcessMark(
              Long.parseLong(lines.get(0)),
              Long.parseLong(lines.get(1)),
              lines.get(2),
              lines.get(3),
              lines.get(4));
    } catch (NoSuchFileException none) {
      return null;
    } catch (NumberFormatException e) {
      throw new IOException(file + " is damaged", e);
    }
  }

  State state() {
    boolean sameName = !machine.isEmpty() && machine.equals(THIS.machine);
    if (!boot.equals(THIS.boot)) {
      return sameName && !boot.isEmpty() ? State.PROBABLY_GONE : State.UNKNOWN;
    }
    boolean sameMachine = !boot.isEmpty() || sameName;
    boolean nameless = boot.isEmpty() && machine.isEmpty() && THIS.machine.isEmpty();
    if ((!sameMachine && !nameless) || !namespace.equals(THIS.namespace)) {
      return State.UNKNOWN;
    }
    ProcessHandle process = ProcessHandle.of(pid).filter(ProcessHandle::isAlive).orElse(null);
    if (process == null || hasEnded(pid)) {
      // Where machines cannot be told apart it may be a process of another one.
      return sameMachine ? State.GONE : State.PROBABLY_GONE;
    }
    long start = startMillis(process);
    boolean same =
        start == UNKNOWN || startMillis == UNKNOWN || Math.abs(start - startMillis) < SAME_MILLIS;
    return same ? State.RUNS : State.PROBABLY_GONE;
  }

  /**
   * Tells whether the process has ended and its parent has not asked yet how. In a container whose
   * first process is none that asks, orphans stay like that for ever.
   */
  private static boolean hasEnded(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"), ISO_8859_1);
      // The state follows the name, which is in parentheses and may hold anything.
      int state = stat.lastIndexOf(')') + 2;
      return state < stat.length() && "ZX".indexOf(stat.charAt(state)) >= 0;
    } catch (IOException noSuchFile) {
      // Gone just now, or this system has no such files.
      return false;
    }
  }
}
