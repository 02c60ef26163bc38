package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Sees after each test class that it left no process, no thread, no folder and no file descriptors
 * behind. Registered for all classes by META-INF/services.
 *
 * <p>This JVM gets a java.io.tmpdir of its own, so that the folders of other programs are not
 * mistaken for leftovers.
 */
public final class LeftoverCheck implements BeforeAllCallback, AfterAllCallback {

  private static final Namespace NAMESPACE = Namespace.create(LeftoverCheck.class);
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** The class loader keeps the jars open that it reads for the first time. */
  private static final long DESCRIPTOR_MARGIN = 12;

  /** The private temporary folder, of which nothing is left when the test run ends. */
  private record PrivateTemp(Path path, String before) implements AutoCloseable {

    static PrivateTemp create() {
      String before = System.getProperty("java.io.tmpdir");
      try {
        Path path = Files.createTempDirectory(Path.of(before), "pmt");
        System.setProperty("java.io.tmpdir", path.toString());
        return new PrivateTemp(path, before);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() throws IOException {
      System.setProperty("java.io.tmpdir", before);
      try (Stream<Path> left = Files.walk(path)) {
        for (Path each : left.sorted((a, b) -> b.compareTo(a)).toList()) {
          Files.deleteIfExists(each);
        }
      }
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    context
        .getRoot()
        .getStore(NAMESPACE)
        .computeIfAbsent(PrivateTemp.class, type -> PrivateTemp.create(), PrivateTemp.class);
    context.getStore(NAMESPACE).put("descriptors", descriptors());
    context.getStore(NAMESPACE).put("processes", new Processes(processes()));
  }

  @Override
  public void afterAll(ExtensionContext context) {
    Pools.releaseWarm();
    // Objects that hold a descriptor until they are collected are not leftovers.
    System.gc();
    long before = context.getStore(NAMESPACE).get("descriptors", Long.class);
    List<String> running = context.getStore(NAMESPACE).get("processes", Processes.class).all();
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              assertThat(processes()).as("processes left behind").isSubsetOf(running);
              assertThat(threads()).as("threads left behind").isEmpty();
              assertThat(folders()).as("folders left behind").isEmpty();
              assertThat(descriptors())
                  .as("file descriptors")
                  .isLessThanOrEqualTo(before + DESCRIPTOR_MARGIN);
            });
  }

  private record Processes(List<String> all) {}

  private static List<String> processes() {
    return ProcessHandle.current()
        .descendants()
        .filter(ProcessHandle::isAlive)
        .map(process -> process.pid() + " " + process.info().commandLine().orElse("?"))
        .toList();
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("poolmap-"))
        .toList();
  }

  private static List<Path> folders() throws IOException {
    List<Path> left = new ArrayList<>();
    try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      all.filter(path -> path.getFileName().toString().startsWith("poolmap-")).forEach(left::add);
    }
    // There are those of other programs, too.
    if (Files.isDirectory(SHARED_MEMORY)) {
      String ours = "poolmap-(\\w+-)?" + ProcessHandle.current().pid() + "-\\d+";
      try (Stream<Path> all = Files.list(SHARED_MEMORY)) {
        all.filter(path -> path.getFileName().toString().matches(ours)).forEach(left::add);
      }
    }
    return left;
  }

  private static long descriptors() throws IOException {
    if (!Files.isDirectory(DESCRIPTORS)) {
      return 0;
    }
    try (Stream<Path> open = Files.list(DESCRIPTORS)) {
      return open.count();
    }
  }
}
