package io.github.poolmap.internal.worker;

import io.github.poolmap.internal.wire.ArchiveFiles;
import io.github.poolmap.internal.wire.WorkerFolder;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * The main of a JVM that makes an archive of the classes of a worker, in the background and on its
 * own: the program that has started it may be gone before.
 *
 * <p>It has a {@link Rehearsal} write the archive, another one show that a JVM boots with it, and
 * only then gives the file the name under which programs look for it. One at a time works for a
 * user; others go without having done anything. What cannot be made is noted, so that not every
 * program tries it again. Archives that have not been used for longest are deleted.
 *
 * <p>Arguments: the folder of the archives, the name of this one, the executable of the JVM, the
 * jar of the library, the options of the worker.
 */
public final class ArchiveMaker {

  private static final String ASIDE = ".tmp";

  /** The folder of a rehearsal; short, because the path of a socket has to be. */
  private static final String REHEARSAL = "r" + ASIDE;

  private static final String LOCK = "lock";

  /**
   * How the names of all files begin that may be deleted. The folder may be one of the user's in
   * which there are other things.
   */
  private static final Pattern OURS = Pattern.compile("\\d{1,4}-[0-9a-f]{2,16}\\..*");

  /** So many are kept: of some JDKs, and pools of some forms. */
  private static final int KEPT = 12;

  /** So long a JVM may take; on a machine that has much to do it takes longer than a second. */
  private static final long PATIENCE_SECONDS = 60;

  private final Path folder;
  private final String name;
  private final String java;
  private final String library;
  private final List<String> options;

  private ArchiveMaker(List<String> args) {
    this.folder = Path.of(args.get(0));
    this.name = args.get(1);
    this.java = args.get(2);
    this.library = args.get(3);
    this.options = args.subList(4, args.size());
  }

  /**
   * Makes the archive, unless somebody else makes one.
   *
   * @param args see the class
   * @throws IOException if the folder cannot be used
   * @throws InterruptedException never
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    ArchiveMaker maker = new ArchiveMaker(List.of(args));
    try (FileChannel file =
            FileChannel.open(
                maker.folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = file.tryLock()) {
      if (lock != null) {
        maker.make();
      }
    }
  }

  private void make() throws IOException, InterruptedException {
    Path target = folder.resolve(name + ArchiveFiles.ARCHIVE);
    if (Files.exists(target) || ArchiveFiles.isRefused(folder, name)) {
      return;
    }
    // Somebody may have been killed over it.
    deleteAside();
    Path aside = folder.resolve(name + ASIDE);
    if (rehearse("-XX:ArchiveClassesAtExit=" + aside)
        && Files.exists(aside)
        && rehearse("-XX:SharedArchiveFile=" + aside, "-Xshare:on")) {
      Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
    } else {
      deleteAside();
      ArchiveFiles.refuse(folder, name);
    }
    deleteAll(ArchiveFiles.ARCHIVE, KEPT);
    deleteAll(ArchiveFiles.REFUSED, KEPT);
  }

  private boolean rehearse(String... more) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(java);
    command.addAll(options);
    command.addAll(List.of(more));
    // A crash leaves no report in the user's folders.
    command.add("-XX:ErrorFile=" + folder.resolve(name + ".crash" + ASIDE));
    command.add("-cp");
    command.add(library);
    command.add(Rehearsal.class.getName());
    // Not where programs have temporary files: this may outlive the program, which tidies up there.
    command.add(folder.resolve(REHEARSAL).toString());
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    process.getOutputStream().close();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      return false;
    }
    return process.exitValue() == 0;
  }

  /** Deletes what has not been completed. */
  private void deleteAside() throws IOException {
    new WorkerFolder(folder.resolve(REHEARSAL)).delete();
    deleteAll(ASIDE, 0);
  }

  /** Deletes files with such names, but for those that were used last. */
  private void deleteAll(String suffix, int butForLatest) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path each : all) {
        String fileName = each.getFileName().toString();
        if (fileName.endsWith(suffix) && OURS.matcher(fileName).matches()) {
          files.add(each);
        }
      }
    }
    // Read once: a program may use one while they are sorted.
    Map<Path, FileTime> used = new HashMap<>();
    for (Path each : files) {
      used.put(each, Files.getLastModifiedTime(each));
    }
    files.sort(Comparator.comparing(used::get, Comparator.reverseOrder()));
    for (int i = butForLatest; i < files.size(); i++) {
      Files.deleteIfExists(files.get(i));
    }
  }
}
