package io.github.poolmap.benchmarks.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * A folder that is deleted when this is closed, or when the program is stopped before.
 *
 * @param path where it is
 */
public record TemporaryFolder(Path path) implements AutoCloseable {

  private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> OPEN.forEach(TemporaryFolder::delete), "delete-folders"));
  }

  /** Makes one. */
  public static TemporaryFolder make() throws IOException {
    Path path = Files.createTempDirectory("poolmap-benchmarks-");
    OPEN.add(path);
    return new TemporaryFolder(path);
  }

  @Override
  public void close() {
    if (OPEN.remove(path)) {
      delete(path);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
