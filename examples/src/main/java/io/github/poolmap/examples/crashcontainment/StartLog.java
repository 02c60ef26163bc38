package io.github.poolmap.examples.crashcontainment;

import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A file to which each task adds a line as its first act, in whichever process that is: a witness
 * that does not depend on what the pool says, and that outlives the tasks.
 *
 * @param file its path, as text so that it travels
 */
record StartLog(String file) implements Serializable {

  /** Begins an empty one. */
  static StartLog in(Path folder) throws IOException {
    return new StartLog(Files.createFile(folder.resolve("starts")).toString());
  }

  /** Says that this process starts a task; one short write to the end of a file is atomic. */
  void add(int index) throws IOException {
    Files.write(
        Path.of(file),
        (index + " " + ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII),
        StandardOpenOption.APPEND);
  }

  List<Start> starts() throws IOException {
    return Files.readAllLines(Path.of(file)).stream().map(Start::of).toList();
  }

  /**
   * A line of it.
   *
   * @param index which task was started
   * @param pid by which process
   */
  record Start(int index, long pid) {

    private static Start of(String line) {
      String[] words = line.split(" ", -1);
      return new Start(Integer.parseInt(words[0]), Long.parseLong(words[1]));
    }
  }
}
