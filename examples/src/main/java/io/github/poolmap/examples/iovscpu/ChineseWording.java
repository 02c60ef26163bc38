package io.github.poolmap.examples.iovscpu;

import static io.github.poolmap.PoolKind.PROCESSES;
import static io.github.poolmap.PoolKind.THREADS;
import static io.github.poolmap.examples.iovscpu.TaskKind.CPU;
import static io.github.poolmap.examples.iovscpu.TaskKind.IO;

import io.github.poolmap.PoolKind;
import io.github.poolmap.examples.Machine;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The demonstration in Chinese. */
final class ChineseWording implements Wording {

  @Override
  public String kind(PoolKind kind) {
    return switch (kind) {
      case SERIAL -> "普通任务";
      case THREADS -> "多线程";
      case PROCESSES -> "多进程";
    };
  }

  @Override
  public String machine(Machine machine) {
    return text(
        "机器：%d 个核心，内存 %s，%s，%s",
        machine.cores(), machine.memory("未知"), machine.system(), machine.jdk());
  }

  @Override
  public String plan(Sizes sizes) {
    return text(
        "工作量：每种任务 %,d 个，每个池 %,d 个工作者；io_costly 休眠 %,d 毫秒，cpu_costly 累加 n = %,d 项。",
        sizes.tasks(), sizes.workers(), sizes.ioMillis(), sizes.n());
  }

  @Override
  public String coldStart() {
    return "冷启动：io_costly 在全新的池上运行，所以它的多进程用时包含启动工作进程 JVM 的时间。";
  }

  @Override
  public String warmUp(int tasks, int n) {
    return text(
        "预热：在某个池上为 cpu_costly 计时之前，它的每个工作者先做 %d 个不计时的计算任务（n = %,d），"
            + "让本 JVM 和各工作进程的 JIT 先把循环编译好。",
        tasks, n);
  }

  @Override
  public String equalResults(double sum) {
    return text("三种池的结果相等，每个任务的和都是 %s。", sum);
  }

  @Override
  public String unequalResults(
      TaskKind task, PoolKind kind, List<Double> expected, List<Double> actual) {
    return text("%s 的结果不一致：%s得到 %s，而普通任务得到 %s。", task.label(), kind(kind), actual, expected);
  }

  @Override
  public String tableCorner() {
    return "秒数与加速比";
  }

  @Override
  public List<String> conclusions(Figures figures, Sizes sizes, Machine machine) {
    if (sizes.concurrency() == 1) {
      return List.of(
          text("只有一个%s，同一时刻只能运行一个任务，所以哪种池都不会更快，差别只在开销。", sizes.workers() == 1 ? "工作者" : "任务"),
          processes(figures));
    }
    return List.of(waiting(figures), computing(figures, machine), processes(figures));
  }

  @Override
  public String files(Path folder) {
    return text(
        "图表：%s 中的 chart.png 和 chart.html；report.html 有每个工作者的时间线，trace.json 供 Perfetto 等工具查看。",
        folder);
  }

  private static String waiting(Figures figures) {
    double threads = figures.speedUp(IO, THREADS);
    double processes = figures.speedUp(IO, PROCESSES);
    return text(
        "等待：多线程的速度是普通任务的 %.2f 倍，%s；多进程是 %.2f 倍，其中包含启动 JVM 的时间。",
        threads, Effect.of(threads) == Effect.FASTER ? "因为等待的任务可以重叠" : "这样短的休眠显不出多少差别", processes);
  }

  private static String computing(Figures figures, Machine machine) {
    double threads = figures.speedUp(CPU, THREADS);
    if (Effect.of(threads) == Effect.FASTER) {
      return text("计算：多线程的速度是普通任务的 %.2f 倍，因为 JVM 没有全局解释器锁，线程能用上所有分到的核心。", threads);
    }
    if (machine.cores() == 1) {
      return text("计算：多线程的速度是普通任务的 %.2f 倍；这台机器只有一个核心，计算任务只能轮流运行。", threads);
    }
    return text(
        "计算：多线程的速度是普通任务的 %.2f 倍，这一次没有变快。JVM 没有全局解释器锁，并不妨碍并行；" + "可能是任务太短，抵不过交接的开销，也可能是核心正忙于别的事。",
        threads);
  }

  private static String processes(Figures figures) {
    double processes = figures.speedUp(CPU, PROCESSES);
    double overThreads = figures.seconds(CPU, THREADS) / figures.seconds(CPU, PROCESSES);
    String comparison =
        switch (Effect.of(overThreads)) {
          case FASTER, SLOWER -> text("是多线程的 %.2f 倍", overThreads);
          case SAME -> "与多线程相当";
        };
    return text(
        "进程：计算时多进程的速度是普通任务的 %.2f 倍，%s。在 JVM 上，多进程换来的不是更多的核心，而是隔离："
            + "崩溃只损失一个任务，任务一定能被终止，每个工作者有自己的堆。",
        processes, comparison);
  }

  private static String text(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
