package io.github.poolmap;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;

/**
 * An append-only file by which tasks, in whichever process, tell a test what they do, and the test
 * tells tasks to go on.
 */
final class Journal implements Serializable {

  private static final long serialVersionUID = 1L;

  private static final Duration POLL = Duration.ofMillis(5);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final String file;

  private Journal(String file) {
    this.file = file;
  }

  /** Begins a journal. */
  Journal(Path file) {
    this(file.toString());
    try {
      Files.createFile(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Goes on with a journal that somebody else has begun. */
  static Journal existing(Path file) {
    return new Journal(file.toString());
  }

  /** Adds a line, at once and whole. */
  void add(Object entry) {
    try {
      Files.write(
          Path.of(file),
          (entry + "\n").getBytes(StandardCharsets.UTF_8),
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<String> lines() {
    try {
      return Files.readAllLines(Path.of(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<Integer> numbers() {
    return lines().stream().map(Integer::valueOf).toList();
  }

  boolean contains(Object entry) {
    return lines().contains(entry.toString());
  }

  /** Waits in a test. */
  void awaitSize(int size) {
    await().pollInterval(POLL).atMost(PATIENCE).until(() -> lines().size() >= size);
  }

  /** Waits in a test. */
  void awaitEntry(Object entry) {
    await().pollInterval(POLL).atMost(PATIENCE).until(() -> contains(entry));
  }

  /** Waits in a task, which an interrupt ends. */
  void hold(Object entry) throws InterruptedException {
    while (!contains(entry)) {
      Thread.sleep(2);
    }
  }

  /** Waits in a task, which an interrupt ends, until there are so many entries. */
  void holdSize(int size) throws InterruptedException {
    while (lines().size() < size) {
      Thread.sleep(2);
    }
  }
}
