package io.github.poolmap.internal.process;

import io.github.poolmap.internal.wire.ValueFolder;
import io.github.poolmap.internal.wire.WorkerFolder;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes the private folders of programs that were killed together with their workers, so that
 * nobody was left to do it.
 *
 * <p>Whose a folder is stands in it ({@link ProcessMark}), and in its name, which is there from the
 * beginning. It is deleted if it belongs to the same user, nobody else can get into it, and its
 * program is gone for certain. If that is only probable, because another process has the pid now,
 * or because the program was killed before it could write who it is, the folder must be a day old
 * as well. What belongs to a program that cannot be seen from here, in another container or on
 * another machine, stays. So does, for the two seconds that it may live, that of a worker which has
 * outlived its program.
 *
 * <p>Users may call their own folders like ours. So nothing is deleted but files that have the
 * names of ours, and a folder in which there is anything else stays as it is.
 *
 * <p>Several programs may sweep at once.
 */
final class Sweep implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);

  /** What the names of folders begin with; the pid of the program follows. */
  static final String PREFIX = "poolmap-";

  /**
   * Folders of workers, of what has been extracted for them, of what is shared with them, and of
   * the large values of their items. What follows the pid is a random number, which the JDK writes
   * without a sign.
   */
  private static final Pattern NAME =
      Pattern.compile(PREFIX + "(?:lib-|shared-|" + ValueFolder.PREFIX + ")?(\\d{1,18})-\\d{1,20}");

  private static final Duration OLD = Duration.ofDays(1);

  /** Where this program has begun a sweep. */
  private static final Set<Path> DONE = ConcurrentHashMap.newKeySet();

  private final Path temp;
  private final UserPrincipal user;

  /**
   * Makes a sweep.
   *
   * @param own a folder of this program, beside which those of others are
   */
  Sweep(Path own) throws IOException {
    Path parent = own.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IOException(own + " is nowhere");
    }
    this.temp = parent;
    this.user = Files.getOwner(own, LinkOption.NOFOLLOW_LINKS);
  }

  /** Begins a sweep in a thread of its own, unless this program has done so there before. */
  static void once(Path own) {
    Path parent = own.toAbsolutePath().getParent();
    if (parent != null && !DONE.add(parent)) {
      return;
    }
    try {
      Thread thread = new Thread(null, new Sweep(own), "poolmap-sweep", 0, false);
      thread.setContextClassLoader(Sweep.class.getClassLoader());
      thread.setDaemon(true);
      thread.start();
    } catch (IOException | OutOfMemoryError e) {
      // Somebody else will do it; the worker that is being launched matters more.
      LOG.debug("folders of programs that were killed are not looked for", e);
    }
  }

  @Override
  public void run() {
    int deleted = 0;
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(temp, PREFIX + "*")) {
      for (Path folder : folders) {
        deleted += sweep(folder) ? 1 : 0;
      }
    } catch (IOException | RuntimeException e) {
      LOG.debug("{} cannot be searched for folders of programs that were killed", temp, e);
    }
    if (deleted > 0) {
      LOG.info("{} folders of programs that were killed have been deleted from {}", deleted, temp);
    }
  }

  private boolean sweep(Path folder) {
    try {
      if (!isDue(folder)) {
        return false;
      }
      return delete(folder);
    } catch (IOException | RuntimeException e) {
      // It may just be going, by somebody else's hand.
      LOG.debug("{} is left where it is", folder, e);
      return false;
    }
  }

  private boolean isDue(Path folder) throws IOException {
    Matcher name = NAME.matcher(folder.getFileName().toString());
    if (!name.matches() || !isPrivateToUs(folder)) {
      return false;
    }
    ProcessMark owner = ProcessMark.read(new WorkerFolder(folder).owner());
    if (owner == null) {
      ProcessMark named = ProcessMark.ofPid(Long.parseLong(name.group(1)));
      boolean gone =
          switch (named.state()) {
            case RUNS, UNKNOWN -> false;
            case PROBABLY_GONE, GONE -> true;
          };
      return gone && isOld(folder);
    }
    boolean gone =
        switch (owner.state()) {
          case RUNS, UNKNOWN -> false;
          case PROBABLY_GONE -> isOld(folder);
          case GONE -> true;
        };
    return gone && !runs(ProcessMark.read(new WorkerFolder(folder).worker()));
  }

  private static boolean runs(@Nullable ProcessMark process) {
    return process != null && process.state() == ProcessMark.State.RUNS;
  }

  private boolean isPrivateToUs(Path folder) throws IOException {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
        || !Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(user)) {
      return false;
    }
    PosixFileAttributeView posix =
        Files.getFileAttributeView(folder, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    return posix == null
        || PosixFilePermissions.toString(posix.readAttributes().permissions()).equals("rwx------");
  }

  private static boolean isOld(Path folder) throws IOException {
    FileTime changed = Files.getLastModifiedTime(folder, LinkOption.NOFOLLOW_LINKS);
    return changed.toInstant().isBefore(Instant.now().minus(OLD));
  }

  /**
   * Deletes it if all that is in it is ours.
   *
   * <p>Whose it is goes last: should this program be killed in between, the next one can tell.
   */
  private static boolean delete(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path file : all) {
        if (!isOurs(file)) {
          LOG.debug("{} is left where it is: {} is not ours", folder, file.getFileName());
          return false;
        }
        files.add(file);
      }
    }
    LOG.debug("{} belongs to nobody any more", folder);
    Path owner = new WorkerFolder(folder).owner();
    files.remove(owner);
    files.add(owner);
    files.add(folder);
    for (Path each : files) {
      Files.deleteIfExists(each);
    }
    return true;
  }

  private static boolean isOurs(Path file) {
    return (WorkerFolder.contains(file)
            || LibraryFile.isCopy(file)
            || SharedFile.isValue(file)
            || ValueFolder.contains(file))
        && !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS);
  }
}
