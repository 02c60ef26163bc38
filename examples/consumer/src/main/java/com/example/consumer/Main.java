package com.example.consumer;

import io.github.poolmap.Outcome;
import io.github.poolmap.Pool;
import io.github.poolmap.Pools;
import io.github.poolmap.WorkerCrashedException;
import io.github.poolmap.WorkerInfo;
import java.util.List;

/** Maps on pools of every kind, and has a worker JVM die without dying of it. */
public final class Main {

  /** What travels to worker JVMs and back. */
  record Word(String text, int length) implements java.io.Serializable {

    static Word measure(String text) {
      return new Word(text, text.length());
    }
  }

  private Main() {}

  public static void main(String[] args) {
    List<String> texts = List.of("a", "pool", "of", "workers");
    try (Pools pools = Pools.create()) {
      for (Pool<Object, Object> pool : List.of(pools.serial(), pools.threads(), pools.processes())) {
        List<Word> words = pool.map(Word::measure, texts);
        check(words.stream().map(Word::length).toList().equals(List.of(1, 4, 2, 7)), words);
      }
      long pid = pools.processes().apply(() -> WorkerInfo.current().pid());
      check(pid != ProcessHandle.current().pid(), pid);

      List<Outcome<Integer, Integer>> outcomes =
          pools.processes().mapOutcomes(Main::dieOfThree, List.of(1, 2, 3, 4));
      check(Outcome.values(outcomes).equals(List.of(10, 20, 40)), outcomes);
      check(outcomes.get(2).failure() instanceof WorkerCrashedException, outcomes);
    }
    String how = Main.class.getModule().isNamed() ? "module path" : "class path";
    System.out.println("everything worked, on the " + how + " of JDK " + Runtime.version().feature());
  }

  private static int dieOfThree(int number) {
    if (number == 3) {
      Runtime.getRuntime().halt(1);
    }
    return 10 * number;
  }

  private static void check(boolean right, Object seen) {
    if (!right) {
      throw new IllegalStateException("unexpected: " + seen);
    }
  }
}
