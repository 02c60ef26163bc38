package io.github.poolmap.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder that is gone when it is closed, or else when the program ends, by Ctrl-C for example.
 */
public final class TemporaryFolder implements AutoCloseable {

  private final Path path;

  /**
   * Makes one below {@code java.io.tmpdir}.
   *
   * @param purpose what its name is to begin with
   * @throws IOException if it cannot be made
   */
  public TemporaryFolder(String purpose) throws IOException {
    path = Files.createTempDirectory(purpose + "-");
    Runtime.getRuntime().addShutdownHook(new Thread(this::close, "deletes " + path));
  }

  /**
   * Returns where it is.
   *
   * @return its path
   */
  public Path path() {
    return path;
  }

  /** Deletes it with all that is in it. */
  @Override
  public void close() {
    if (!Files.exists(path)) {
      return;
    }
    try {
      List<Path> innermostFirst;
      try (Stream<Path> all = Files.walk(path)) {
        innermostFirst = all.sorted(Comparator.reverseOrder()).toList();
      }
      for (Path each : innermostFirst) {
        Files.deleteIfExists(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(path + " is left behind", e);
    }
  }
}
