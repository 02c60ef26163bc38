package io.github.poolmap.internal.process;

import io.github.poolmap.internal.wire.ArchiveFiles;
import io.github.poolmap.internal.wire.Depth;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An archive of the classes that a worker loads, from which the JVM maps them instead of loading
 * them one by one; shared by all programs of the user that launch such workers.
 *
 * <pre>
 *   wanted ---(a worker of the program is released)---> being made ---> there
 *     by the first launch without                          |              |
 *                                                          v              v
 *                                                       refused <--- discarded
 * </pre>
 *
 * <p>It is made in the background by a JVM of its own ({@code ArchiveMaker}), which may outlive
 * this program by a second or two and which nobody waits for.
 *
 * <p>The JVM checks an archive and goes without if it does not fit, but more slowly than it would
 * have otherwise. So there is one for each combination of JDK, jar of the library and options, the
 * options are but those of which it is known that they do no harm, and a file is used under its
 * name only after a JVM has booted with it. A damaged file makes a JVM crash: a worker that dies
 * while it boots with an archive has it deleted, and is launched once more without.
 *
 * <p>What is mapped is executed, so nobody else may have written it: the folder is private, and
 * both folder and file belong to the user.
 *
 * @param folder where archives are
 * @param name of this one, without ending
 * @param library the jar of the library, the first on the class path of workers
 * @param options those of the worker that count
 */
record BootArchive(Path folder, String name, Path library, List<String> options) {

  private static final Logger LOG = LoggerFactory.getLogger(BootArchive.class);

  /** A folder for archives, or {@link #OFF}; where users keep such files if it is not set. */
  static final String PROPERTY = "poolmap.archive";

  private static final String OFF = "off";

  /** An archive may be used for so long before it is said that it is. */
  private static final long SAID_MILLIS = 24 * 3600 * 1000;

  /** From here on class data sharing logs as ahead-of-time caching does. */
  private static final int LOGS_AS_AOT = 24;

  /** What options may begin with: not what makes archives, is no use with one, or writes files. */
  private static final List<String> HARMLESS =
      List.of(
          "-D",
          "-Xmx",
          "-Xms",
          "-Xss",
          "-ea",
          "-da",
          "-esa",
          "-dsa",
          "-enableassertions",
          "-disableassertions",
          "-enablesystemassertions",
          "-disablesystemassertions",
          "-XX:+ExitOnOutOfMemoryError",
          "-XX:-CreateCoredumpOnCrash",
          "-XX:+DisplayVMOutputToStderr",
          "-XX:+UseCountedLoopSafepoints",
          "-XX:LoopStripMiningIter=",
          "-XX:ActiveProcessorCount=",
          "-XX:MaxRAMPercentage=",
          "-XX:TieredStopAtLevel=",
          "-XX:+UseSerialGC",
          "-XX:+UseParallelGC",
          "-XX:+UseG1GC",
          "-XX:+UseStringDeduplication");

  /** Properties with which a worker loads its classes in another way. */
  private static final List<String> HARMFUL =
      List.of(
          "-Djava.system.class.loader", "-Djdk.", "-Dpoolmap.worker.", "-Djava.security.manager");

  /** Not to be used or made any more by this program. */
  private static final Set<String> DONE_WITH = ConcurrentHashMap.newKeySet();

  private static final Map<String, BootArchive> WANTED = new ConcurrentHashMap<>();

  /**
   * Returns the archive for such workers.
   *
   * @return null if there is to be none
   */
  static @Nullable BootArchive of(LaunchSpec spec) {
    if (spec.launcher() != null || !isOwnJava(spec.java()) || changesOptions(spec.environment())) {
      return null;
    }
    Path folder;
    try {
      folder = chosenFolder();
    } catch (InvalidPathException e) {
      // Its name has letters that the locale of this JVM has not.
      LOG.debug("no archive of classes for workers", e);
      return null;
    }
    Path library = archivable(spec.classPath());
    List<String> options = counting(spec.options());
    if (folder == null || library == null || options == null) {
      return null;
    }
    try {
      String name = nameOf(spec.java(), library, options);
      return DONE_WITH.contains(name) ? null : new BootArchive(folder, name, library, options);
    } catch (IOException e) {
      LOG.debug("no archive of classes for workers", e);
      return null;
    }
  }

  private static boolean isOwnJava(Path java) {
    String home = System.getProperty("java.home");
    return home != null && java.startsWith(home);
  }

  private static boolean changesOptions(Map<String, String> environment) {
    return Launcher.OPTION_VARIABLES.stream().anyMatch(environment::containsKey);
  }

  private static @Nullable Path chosenFolder() {
    String chosen = System.getProperty(PROPERTY, "");
    if (chosen.equals(OFF)) {
      return null;
    }
    if (!chosen.isEmpty()) {
      return Path.of(chosen).toAbsolutePath();
    }
    String system = System.getProperty("os.name", "");
    if (system.startsWith("Windows")) {
      return below(System.getenv("LOCALAPPDATA"));
    }
    String home = System.getProperty("user.home", "");
    if (system.startsWith("Mac")) {
      return below(home + "/Library/Caches");
    }
    String caches = System.getenv("XDG_CACHE_HOME");
    return below(caches == null || caches.isEmpty() ? home + "/.cache" : caches);
  }

  private static @Nullable Path below(@Nullable String caches) {
    Path path = caches == null ? null : Path.of(caches);
    return path == null || !path.isAbsolute() ? null : path.resolve("poolmap");
  }

  /** A folder cannot be archived, and a copy lives no longer than this program. */
  private static @Nullable Path archivable(List<String> classPath) {
    Path first = classPath.isEmpty() ? null : Path.of(classPath.get(0));
    return first == null
            || !first.toString().equals(LibraryFile.path())
            || LibraryFile.isCopy(first)
            || !Files.isRegularFile(first)
        ? null
        : first;
  }

  /** Returns those that count; null if there is one that may do harm. */
  static @Nullable List<String> counting(List<String> all) {
    List<String> counting = new ArrayList<>();
    for (String option : all) {
      if (HARMLESS.stream().noneMatch(option::startsWith)
          || HARMFUL.stream().anyMatch(option::startsWith)) {
        return null;
      }
      if (!option.startsWith("-D")) {
        counting.add(option);
      }
    }
    return counting;
  }

  /** The name tells everything apart that an archive depends on. */
  private static String nameOf(Path java, Path library, List<String> options) throws IOException {
    Path home = Path.of(System.getProperty("java.home", ""));
    String version = Runtime.version().toString();
    StringBuilder text = new StringBuilder();
    text.append(java).append('\n');
    text.append(version).append('\n');
    text.append(System.getProperty("java.vm.vendor")).append('\n');
    text.append(System.getProperty("java.vm.name")).append('\n');
    appendState(text, home.resolve("lib").resolve("modules"));
    appendState(text, library);
    for (String option : options) {
      text.append(option).append('\n');
    }
    String forth = text.toString();
    String back = text.reverse().toString();
    return Runtime.version().feature()
        + "-"
        + Integer.toHexString(forth.hashCode())
        + Integer.toHexString(back.hashCode());
  }

  private static void appendState(StringBuilder text, Path file) throws IOException {
    BasicFileAttributes state = Files.readAttributes(file, BasicFileAttributes.class);
    text.append(file).append(' ').append(state.size()).append(' ');
    text.append(state.lastModifiedTime().toMillis()).append('\n');
  }

  private Path file() {
    return folder.resolve(name + ArchiveFiles.ARCHIVE);
  }

  /**
   * Tells whether it can be used.
   *
   * @param own a file of this user
   */
  boolean isThere(Path own) {
    try {
      Path file = file();
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
          || !isPrivate(folder, own)
          || !isOfSameOwner(file, own)) {
        return false;
      }
      long now = System.currentTimeMillis();
      if (Files.getLastModifiedTime(file).toMillis() < now - SAID_MILLIS) {
        Files.setLastModifiedTime(file, FileTime.fromMillis(now));
      }
      return true;
    } catch (IOException e) {
      LOG.debug("{} cannot be used", file(), e);
      return false;
    }
  }

  private static boolean isPrivate(Path folder, Path own) throws IOException {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) || !isOfSameOwner(folder, own)) {
      return false;
    }
    PosixFileAttributeView posix =
        Files.getFileAttributeView(folder, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    return posix == null
        || PosixFilePermissions.toString(posix.readAttributes().permissions()).equals("rwx------");
  }

  private static boolean isOfSameOwner(Path file, Path own) throws IOException {
    return Files.getOwner(file, LinkOption.NOFOLLOW_LINKS)
        .equals(Files.getOwner(own, LinkOption.NOFOLLOW_LINKS));
  }

  /** Returns the options to launch a worker with it, to come before all others. */
  List<String> launchOptions() {
    List<String> all = new ArrayList<>();
    all.add("-XX:SharedArchiveFile=" + file());
    // If it does not fit after all, nobody is to be bothered with it.
    all.add("-Xlog:cds*=off");
    if (Runtime.version().feature() >= LOGS_AS_AOT) {
      all.add("-Xlog:aot*=off");
    }
    return all;
  }

  /** A worker has died while it booted with it. */
  void discard() {
    DONE_WITH.add(name);
    LOG.info("a worker died while it booted with the archive {}, which is deleted", file());
    try {
      Files.deleteIfExists(file());
      ArchiveFiles.refuse(folder, name);
    } catch (IOException e) {
      LOG.warn("{} cannot be deleted", file(), e);
    }
  }

  /**
   * A worker has been launched without it.
   *
   * @param own a file of this user
   */
  void want(Path own) {
    // Those that workers of this program start are for programs as well.
    if (Depth.current() > 0 || DONE_WITH.contains(name)) {
      return;
    }
    try {
      if (!hasFolder(own) || ArchiveFiles.isRefused(folder, name)) {
        DONE_WITH.add(name);
        return;
      }
      WANTED.put(name, this);
    } catch (IOException e) {
      LOG.debug("no archives in {}", folder, e);
      DONE_WITH.add(name);
    }
  }

  private boolean hasFolder(Path own) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      Path parent = folder.getParent();
      Path home = parent == null ? null : parent.getParent();
      if (parent == null || home == null || !Files.isDirectory(home)) {
        return false;
      }
      Files.createDirectories(parent);
      PrivateFile.createFolder(folder);
    }
    return isPrivate(folder, own) && Files.isWritable(folder);
  }

  /** A call has ended: there is time to make what has been wanted. */
  static void makeWanted() {
    for (String each : WANTED.keySet()) {
      BootArchive archive = WANTED.remove(each);
      if (archive != null && DONE_WITH.add(each)) {
        archive.make();
      }
    }
  }

  private void make() {
    List<String> command = new ArrayList<>();
    String java = Path.of(System.getProperty("java.home", ""), "bin", "java").toString();
    command.addAll(
        List.of(java, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx32m", "-Xshare:auto"));
    command.addAll(List.of("-cp", library.toString(), ArchiveFiles.MAKER_MAIN));
    command.addAll(List.of(folder.toString(), name, java, library.toString()));
    command.addAll(options);
    ProcessBuilder builder = new ProcessBuilder(command);
    Launcher.inheritOptions(builder.environment());
    builder.redirectInput(new File(File.separatorChar == '\\' ? "NUL" : "/dev/null"));
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.directory(folder.toFile());
    try {
      Process maker = builder.start();
      LOG.debug("pid {} makes the archive {}", maker.pid(), file());
    } catch (IOException | RuntimeException e) {
      LOG.debug("{} cannot be made", file(), e);
    }
  }
}
