package io.github.poolmap.examples.sharedmatrix;

import io.github.poolmap.Mapper;
import io.github.poolmap.Pool;
import io.github.poolmap.Pools;
import io.github.poolmap.Shared;
import io.github.poolmap.examples.Checks;
import io.github.poolmap.examples.Machine;
import io.github.poolmap.examples.Numbers;
import io.github.poolmap.examples.TextTable;
import io.github.poolmap.examples.Timed;
import java.io.PrintWriter;
import java.io.Serializable;
import java.nio.DoubleBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Filters one image in several ways, and tells how long each takes and what it copies. */
final class SharedMatrix {

  /** As large as the caches of a core are: for warm-up. */
  private static final int SMALL_SIDE = 256;

  private static final long WARM_UP_NANOS = 700_000_000;

  private final int side;
  private final List<Kernel> kernels;
  private final int sent;
  private final int workers;
  private final PrintWriter out;

  private final TextTable table =
      new TextTable().row(List.of("", "tasks", "all tasks", "one task", "copied between JVMs"));

  private final Map<String, List<Filtered>> results = new LinkedHashMap<>();

  /**
   * Prepares them.
   *
   * @param side of the image
   * @param filters how many filters there are
   * @param sent for how many of them the image is sent
   * @param workers of a pool
   * @param out where it is told
   */
  SharedMatrix(int side, int filters, int sent, int workers, PrintWriter out) {
    this.side = side;
    this.kernels = Kernel.some(filters);
    this.sent = sent;
    this.workers = workers;
    this.out = out;
  }

  void run(Checks checks) throws Exception {
    out.println(Machine.here().line());
    out.printf(
        Locale.ROOT,
        "Work: an image of %,d x %,d doubles (%s), %,d filters of 3 x 3, %,d workers.%n",
        side,
        side,
        Numbers.mebibytes(bytes()),
        kernels.size(),
        workers);
    double[] pixels = Image.madeUp(side);
    Image image = new Image(DoubleBuffer.wrap(pixels), side);
    try (Pools pools = Pools.builder().workers(workers).build()) {
      warmUp(pools.threads());
      warmUp(pools.processes());
      out.println("Warm-up: all workers have been started and have filtered a small image.");
      Timed<List<Double>> loop =
          Timed.time(() -> kernels.stream().map(image::sumFiltered).toList());
      row("loop in one thread", kernels.size(), loop, 0);
      long arrayNanos = shareArray(pools, pixels);
      long bufferNanos = shareBuffer(pools, image.pixels());
      if (sent > 0) {
        sendArray(pools, pixels);
      }
      tell(arrayNanos, bufferNanos);
      results.forEach((way, filtered) -> compare(checks, way, loop.value(), filtered));
    }
  }

  /** Returns how long it took to share it. */
  private long shareArray(Pools pools, double[] pixels) throws Exception {
    Timed<Shared<double[]>> shared = Timed.time(() -> pools.share(pixels));
    try (Shared<double[]> array = shared.value()) {
      Mapper<Kernel, Filtered> filter = new OfArray(array, side);
      Timed<List<Filtered>> onThreads =
          Timed.time(() -> pools.<Kernel, Filtered>threads().map(filter, kernels));
      row("threads, the same array", kernels.size(), onThreads, 0);
      results.put("threads", onThreads.value());

      Timed<List<Filtered>> onProcesses =
          Timed.time(() -> pools.<Kernel, Filtered>processes().map(filter, kernels));
      // Once into the file, and from there once into the heap of each worker.
      long copies = 1 + processesOf(onProcesses.value());
      row("processes, shared double[]", kernels.size(), onProcesses, copies);
      results.put("processes with a shared double[]", onProcesses.value());
    }
    return shared.duration().toNanos();
  }

  /** Returns how long it took to share it. */
  private long shareBuffer(Pools pools, DoubleBuffer pixels) throws Exception {
    Timed<Shared<DoubleBuffer>> shared = Timed.time(() -> pools.share(pixels));
    try (Shared<DoubleBuffer> buffer = shared.value()) {
      Mapper<Kernel, Filtered> filter = new OfBuffer(buffer, side);
      Timed<List<Filtered>> mapped =
          Timed.time(() -> pools.<Kernel, Filtered>processes().map(filter, kernels));
      // Into the file, which the workers map.
      row("processes, shared DoubleBuffer", kernels.size(), mapped, 1);
      results.put("processes with a shared DoubleBuffer", mapped.value());
    }
    return shared.duration().toNanos();
  }

  private void sendArray(Pools pools, double[] pixels) throws Exception {
    List<Sent> inputs =
        kernels.stream().limit(sent).map(kernel -> new Sent(pixels, kernel)).toList();
    Mapper<Sent, Filtered> filter = new OfSent(side);
    Timed<List<Filtered>> filtered =
        Timed.time(() -> pools.<Sent, Filtered>processes().map(filter, inputs));
    row("processes, sent with every task", sent, filtered, sent);
    results.put("processes with an array in every task", filtered.value());
  }

  private void tell(long arrayNanos, long bufferNanos) {
    out.println();
    table.lines().forEach(out::println);
    out.println();
    out.println(
        "Pools.share took "
            + Numbers.millis(arrayNanos)
            + " for the array and "
            + Numbers.millis(bufferNanos)
            + " for the buffer, once.");
    if (sent > 0 && sent < kernels.size()) {
      out.println(
          "The array was sent for the first "
              + Numbers.grouped(sent)
              + " filters only: compare the times of one task.");
    }
    out.println();
  }

  private long bytes() {
    return (long) side * side * Double.BYTES;
  }

  private void row(String way, int tasks, Timed<?> timed, long copies) {
    long nanos = timed.duration().toNanos();
    table.row(
        List.of(
            way,
            Numbers.grouped(tasks),
            Numbers.millis(nanos),
            Numbers.millis((double) nanos / tasks),
            Numbers.mebibytes(copies * bytes())));
  }

  private static long processesOf(List<Filtered> results) {
    return results.stream().map(Filtered::pid).distinct().count();
  }

  /** Has every worker at work for so long that all are started, and their code is compiled. */
  private void warmUp(Pool<Object, Object> pool) {
    pool.forEach(SharedMatrix::filterSmallImage, Collections.nCopies(workers, SMALL_SIDE));
  }

  private static void filterSmallImage(int side) {
    Image image = new Image(DoubleBuffer.wrap(Image.madeUp(side)), side);
    Kernel kernel = Kernel.some(1).get(0);
    long end = System.nanoTime() + WARM_UP_NANOS;
    double sum = image.sumFiltered(kernel);
    while (System.nanoTime() < end) {
      if (image.sumFiltered(kernel) != sum) {
        throw new IllegalStateException("the same filter has given two sums");
      }
    }
  }

  /** Tells whether some way gave the sums of the loop, to the last bit. */
  private static void compare(
      Checks checks, String way, List<Double> expected, List<Filtered> results) {
    List<Double> sums = results.stream().map(Filtered::sum).toList();
    checks.check(
        sums.equals(expected.subList(0, sums.size())),
        way + ": all " + Numbers.grouped(sums.size()) + " sums are those of the loop");
  }

  /** Filters a shared array, of which a worker process has a copy in its heap. */
  private record OfArray(Shared<double[]> pixels, int side) implements Mapper<Kernel, Filtered> {

    @Override
    public Filtered map(Kernel kernel) {
      return Filtered.of(new Image(DoubleBuffer.wrap(pixels.get()), side), kernel);
    }
  }

  /** Filters a shared buffer, which all worker processes map. */
  private record OfBuffer(Shared<DoubleBuffer> pixels, int side)
      implements Mapper<Kernel, Filtered> {

    @Override
    public Filtered map(Kernel kernel) {
      return Filtered.of(new Image(pixels.get(), side), kernel);
    }
  }

  /** What a task is sent that has no part in anything shared. */
  private record Sent(double[] pixels, Kernel kernel) implements Serializable {}

  /** Filters the array that comes with the task. */
  private record OfSent(int side) implements Mapper<Sent, Filtered> {

    @Override
    public Filtered map(Sent input) {
      return Filtered.of(new Image(DoubleBuffer.wrap(input.pixels()), side), input.kernel());
    }
  }
}
