package io.github.poolmap.examples.startstrategies;

import io.github.poolmap.Pool;
import io.github.poolmap.ProcessPool;
import io.github.poolmap.examples.Numbers;
import java.io.IOException;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * The program that is measured: it opens a pool, takes its first result, closes it, and begins
 * again. A program of its own for each way, because archives of classes are for later programs, and
 * because warm workers and spares belong to the program.
 */
final class Probe {

  /** Small ones, so that the heaps of some workers at a time do not exceed the memory. */
  private static final long HEAP = 64 * Numbers.MIB;

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(50);

  private Probe() {}

  /**
   * Measures some rounds, or has an archive made.
   *
   * @param arguments a {@link Contender}, how many rounds, the milliseconds between them; or the
   *     folder of the archives alone
   */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length == 1) {
      round(Contender.SPAWN);
      awaitArchive(Path.of(arguments[0]));
      return;
    }
    Contender contender = Contender.valueOf(arguments[0]);
    int rounds = Integer.parseInt(arguments[1]);
    long pause = Long.parseLong(arguments[2]);
    for (int i = 0; i < rounds; i++) {
      System.out.println(round(contender).line());
      // What a program does between two pools; a spare boots meanwhile, and nothing tells when it
      // has.
      Thread.sleep(pause);
    }
  }

  private static Round round(Contender contender) {
    long start = System.nanoTime();
    try (Pool<Object, Object> pool =
        contender.start(ProcessPool.builder().workers(1).maxHeap(HEAP)).build()) {
      Worker worker = pool.apply(Worker::here);
      return new Round(System.nanoTime() - start, worker.pid(), worker.archived());
    }
  }

  /** Waits for the process that makes the archive, a child of this one that nobody else awaits. */
  private static void awaitArchive(Path folder) throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!hasArchive(folder) || ProcessHandle.current().children().findAny().isPresent()) {
      if (System.nanoTime() - end > 0) {
        throw new IOException("no archive of classes in " + folder + " after " + PATIENCE);
      }
      Thread.sleep(POLL.toMillis());
    }
  }

  private static boolean hasArchive(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.anyMatch(file -> file.toString().endsWith(".jsa"));
    }
  }

  /** What a worker says of itself. */
  private record Worker(long pid, boolean archived) implements Serializable {

    private static Worker here() {
      List<String> options = ManagementFactory.getRuntimeMXBean().getInputArguments();
      return new Worker(
          ProcessHandle.current().pid(),
          options.stream().anyMatch(option -> option.startsWith("-XX:SharedArchiveFile=")));
    }
  }
}
