package io.github.poolmap;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/**
 * A program that shows its progress. Its arguments are seconds that it takes, and what it does: one
 * "map", or "several" calls at the same time whose workers print.
 */
final class ProgressProgram {

  private static final int ITEMS = 100;

  private ProgressProgram() {}

  public static void main(String[] args) {
    int millis = (int) (Double.parseDouble(args[0]) * 1000 * 2 / ITEMS);
    List<Integer> items = IntStream.range(0, ITEMS).boxed().toList();
    try (Pools pools = Pools.builder().workers(2).build()) {
      if (args[1].equals("map")) {
        sleeping(pools.threads(), "sleeping", millis, false, items).join();
        System.out.println("slept");
        return;
      }
      List<CompletableFuture<?>> calls = new ArrayList<>();
      calls.add(sleeping(pools.threads(), "threads", millis, true, items));
      calls.add(sleeping(pools.processes(), "processes", millis, true, items));
      CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).join();
      System.out.println("slept");
    }
  }

  private static CompletableFuture<?> sleeping(
      Pool<Object, Object> pool, String label, int millis, boolean talks, List<Integer> items) {
    return pool.with(o -> o.progress(label).chunkSize(1))
        .mapAsync(
            x -> {
              Thread.sleep(millis);
              if (talks && x % 10 == 0) {
                System.out.println(label + " say " + x);
              }
              return x;
            },
            items);
  }
}
