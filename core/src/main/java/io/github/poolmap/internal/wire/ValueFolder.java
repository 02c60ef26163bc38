package io.github.poolmap.internal.wire;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The files through which the large values of one worker's items go: two for either direction, of
 * which the second one is for chunks that are sent while the worker has another one. A chunk has
 * its files until it has ended, so nothing is overwritten unread; and they outlive the worker, so
 * nothing that was committed is lost with it.
 *
 * @param path the folder, open to nobody but the user
 */
public record ValueFolder(Path path) {

  /** What the names of the folders begin with, behind that of all folders. */
  public static final String PREFIX = "values-";

  private static final Pattern NAME = Pattern.compile("poolmap-" + PREFIX + "\\d+-\\d+");

  /** Behind the path, so that half of one is not taken for the whole. */
  private static final String END = "\n";

  private static final int DELETE_ATTEMPTS = 5;

  private static final String INPUTS = "inputs-";
  private static final String RESULTS = "results-";

  /** Leaves word of it for the worker, and for whoever deletes the worker's folder. */
  public void announce(WorkerFolder folder) throws IOException {
    Files.write(folder.values(), (path + END).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Returns what has been announced; null if nothing was, or if that cannot be read: tasks may have
   * left no descriptor to read it with, and a path may have no name in the locale of a worker.
   */
  public static @Nullable ValueFolder of(WorkerFolder folder) {
    try {
      String text = new String(Files.readAllBytes(folder.values()), StandardCharsets.UTF_8);
      Path named = Path.of(text.strip());
      Path name = named.getFileName();
      boolean whole = text.endsWith(END) && named.isAbsolute() && name != null;
      return whole && NAME.matcher(name.toString()).matches() ? new ValueFolder(named) : null;
    } catch (IOException | InvalidPathException nothing) {
      return null;
    }
  }

  /** Tells whether it is where it was made. A worker may have file systems of its own. */
  public boolean isThere() {
    return Files.isDirectory(path);
  }

  /** Returns how the program writes inputs. */
  public ValueWriter writerOfInputs() {
    return new ValueWriter(files(INPUTS));
  }

  /** Returns how the worker reads inputs. */
  public ValueReader readerOfInputs() {
    return new ValueReader(files(INPUTS));
  }

  /** Returns how the worker writes results. */
  public ValueWriter writerOfResults() {
    return new ValueWriter(files(RESULTS));
  }

  /** Returns how the program reads results. */
  public ValueReader readerOfResults() {
    return new ValueReader(files(RESULTS));
  }

  private RawFile[] files(String name) {
    return new RawFile[] {new RawFile(file(name, 0)), new RawFile(file(name, 1))};
  }

  private Path file(String name, int number) {
    return path.resolve(name + number);
  }

  /** Tells by its name whether a file is one of them. */
  public static boolean contains(Path file) {
    String name = file.getFileName().toString();
    return name.matches("(?:" + INPUTS + "|" + RESULTS + ")[01]");
  }

  /** Deletes the folder with what is in it. Who has mapped a file keeps what is mapped. */
  public void delete() throws IOException {
    for (int attempt = 1; ; attempt++) {
      for (int number = 0; number < 2; number++) {
        Files.deleteIfExists(file(INPUTS, number));
        Files.deleteIfExists(file(RESULTS, number));
      }
      Files.deleteIfExists(new WorkerFolder(path).owner());
      try {
        Files.deleteIfExists(path);
        return;
      } catch (DirectoryNotEmptyException e) {
        // A worker that has lost its program goes on with its chunk for a moment.
        if (attempt == DELETE_ATTEMPTS) {
          throw e;
        }
      }
    }
  }
}
