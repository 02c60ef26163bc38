package io.github.poolmap;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A program that has its workers do what its second argument says, and ends, or is ended, in one
 * way or another. Its first argument is the folder for the journal.
 */
final class ParentProgram {

  private ParentProgram() {}

  public static void main(String[] args) throws InterruptedException {
    Journal journal = new Journal(Path.of(args[0]).resolve("journal"));
    String task = args[1];
    ProcessPool<Object, Object> pool = ProcessPool.builder().workers(2).build();
    Thread caller =
        new Thread(
            () ->
                pool.with(o -> o.chunkSize(1))
                    .map(
                        x -> {
                          switch (task) {
                            case "loop" -> loop(journal);
                            case "children" -> start(journal);
                            case "loop with children" -> {
                              startChild(journal);
                              loop(journal);
                            }
                            default -> announce(journal);
                          }
                          Thread.sleep(600_000);
                          return x;
                        },
                        List.of(1, 2)));
    caller.setDaemon(true);
    caller.start();
    journal.hold("end");
    if (task.equals("exit")) {
      System.exit(5);
    }
    // Returns from main with the pool open.
  }

  private static void announce(Journal journal) {
    journal.add("worker " + ProcessHandle.current().pid());
  }

  private static void start(Journal journal) throws IOException {
    startChild(journal);
    announce(journal);
  }

  private static void startChild(Journal journal) throws IOException {
    journal.add("worker " + new ProcessBuilder("sleep", "600").start().pid());
  }

  /** Says so once the loop is compiled, and goes on with it for minutes. */
  private static void loop(Journal journal) {
    int sum = 0;
    for (int i = 0; i < 20_000; i++) {
      sum += count(1000);
    }
    announce(journal);
    for (int i = 0; i < 100; i++) {
      // 2^31 - 1 rounds without a call in them.
      sum += count(Integer.MAX_VALUE);
    }
    journal.add("ended with " + sum);
  }

  /** Too dear to be optimised away, so cheap that nothing but the loop is in it. */
  private static int count(int rounds) {
    int sum = 1;
    for (int i = 0; i < rounds; i++) {
      sum = sum * 31 + (sum >>> 7) / 3 % 11;
    }
    return sum;
  }
}
