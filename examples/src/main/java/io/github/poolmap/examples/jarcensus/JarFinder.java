package io.github.poolmap.examples.jarcensus;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists the jars below a folder, links followed. */
final class JarFinder extends SimpleFileVisitor<Path> {

  private final Path folder;
  private final List<String> jars = new ArrayList<>();
  private final List<Finding> unreadable = new ArrayList<>();

  private JarFinder(Path folder) {
    this.folder = folder;
  }

  /**
   * Walks the folder.
   *
   * @throws FileSystemLoopException if a link leads back to a folder that holds it
   * @throws IOException if the folder itself cannot be listed
   */
  static Found below(Path folder) throws IOException {
    JarFinder finder = new JarFinder(folder);
    Files.walkFileTree(folder, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, finder);
    Collections.sort(finder.jars);
    return new Found(List.copyOf(finder.jars), List.copyOf(finder.unreadable));
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
    if (file.getFileName().toString().endsWith(".jar")) {
      if (attributes.isOther()) {
        // Opening a pipe would wait for somebody to write to it.
        unreadable.add(new Finding.Unreadable(relative(file), "not a regular file"));
      } else {
        jars.add(relative(file));
      }
    }
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
    if (failure instanceof FileSystemLoopException || file.equals(folder)) {
      throw failure;
    }
    unreadable.add(new Finding.Unreadable(relative(file), Reason.of(failure)));
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) {
    if (failure != null) {
      unreadable.add(new Finding.Unreadable(relative(visited), Reason.of(failure)));
    }
    return FileVisitResult.CONTINUE;
  }

  /** The same text on every platform, so that summaries can be compared. */
  private String relative(Path file) {
    return folder.relativize(file).toString().replace(file.getFileSystem().getSeparator(), "/");
  }

  /**
   * What the walk met.
   *
   * @param jars the paths of the jars from the folder, sorted
   * @param unreadable what could not be looked at
   */
  record Found(List<String> jars, List<Finding> unreadable) {}
}
