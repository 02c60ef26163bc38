package io.github.poolmap;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import com.google.common.util.concurrent.Uninterruptibles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

/**
 * A program that ends with a pool open, in the way that its second argument says. Its first
 * argument is the folder for the journal.
 */
final class EndingProgram {

  private EndingProgram() {}

  /** Tells when its worker has had the time to end it. */
  private static final class Resource implements AutoCloseable {

    private final Journal journal;

    Resource(Journal journal) {
      this.journal = journal;
    }

    @Override
    public void close() {
      journal.add("closed");
    }
  }

  private static final WorkerLocal<Resource> LOCAL =
      WorkerLocal.withInitial(
          () -> new Resource(Journal.existing(Path.of(System.getProperty("ending.journal")))));

  public static void main(String[] args) throws Exception {
    Path file = Path.of(args[0]).resolve("journal");
    Journal journal = new Journal(file);
    if (args[1].equals("launch for a call")) {
      endDuringLaunch(journal, StartStrategy.spawn(), 1);
      return;
    }
    if (args[1].equals("launch of a spare")) {
      endDuringLaunch(journal, StartStrategy.standby(1), 2);
      return;
    }
    if (args[1].equals("launch, and a log that fails")) {
      whenTheEndLogs(
          () -> {
            throw new IllegalStateException("the log fails");
          });
      // Of a program that has started no workers the end would log nothing.
      quickPool().map(x -> x, List.of(1));
      endDuringLaunch(journal, StartStrategy.spawn(), 1);
      return;
    }
    if (args[1].equals("boot")) {
      stayDuringBoot(journal, UnaryOperator.identity(), process -> true);
      return;
    }
    if (args[1].equals("long boot")) {
      // A shell that gets Ctrl-C before its child runs heeds it when that ends.
      stayDuringBoot(
          journal,
          EndingProgram::late,
          process -> process.info().command().orElse("").endsWith("/sleep"));
      return;
    }
    if (args[1].equals("pool of a group of threads")) {
      openInAGroup();
      return;
    }
    if (args[1].equals("late call in a hook")) {
      callLate(journal);
      return;
    }
    ProcessPool<Object, Object> pool =
        ProcessPool.builder().workers(2).jvmArgs("-Dending.journal=" + file).build();
    // Each worker has its own.
    pool.with(o -> o.chunkSize(1))
        .map(
            x -> {
              LOCAL.get();
              journal.add("here " + x);
              journal.hold("here 0");
              journal.hold("here 1");
              return x;
            },
            List.of(0, 1));
    switch (args[1]) {
      case "idle" -> {
        journal.add("ready");
        journal.hold("end");
      }
      case "busy" -> {
        CompletableFuture<List<Integer>> call =
            pool.mapAsync(x -> sleep(x, journal), List.of(0, 1));
        journal.hold("asleep 0");
        journal.hold("asleep 1");
        journal.add("ready");
        call.join();
      }
      case "call in a hook" -> {
        hook(() -> journal.add("in the hook: " + pool.map(x -> x * 2, List.of(3, 4))));
        System.exit(3);
      }
      case "close in a hook" -> {
        CompletableFuture<List<Integer>> call =
            pool.mapAsync(
                x -> {
                  journal.add("working");
                  journal.hold("go on");
                  return x + 1;
                },
                List.of(1));
        journal.hold("working");
        hook(
            () -> {
              // By now the other hook has most likely done what it does.
              LockSupport.parkNanos(200_000_000);
              journal.add("go on");
              pool.close();
              journal.add("in the hook: " + call.join());
            });
        System.exit(3);
      }
      case "exit in a thread's task" -> ThreadPool.builder().workers(1).build().apply(() -> exit());
      case "exit on a lane" ->
          pool.with(o -> o.retries(1).retryOn(failure -> exit()))
              .map(
                  x -> {
                    throw new IllegalStateException("again");
                  },
                  List.of(1));
      default -> throw new IllegalArgumentException(args[1]);
    }
  }

  /** Opens a pool in a group of threads that is destroyed, as Maven's exec:java does. */
  @SuppressWarnings("removal")
  private static void openInAGroup() throws InterruptedException {
    ThreadGroup group = new ThreadGroup("application");
    List<ProcessPool<Object, Object>> pools = new ArrayList<>();
    Thread opener =
        new Thread(
            group,
            () -> {
              pools.add(ProcessPool.builder().workers(1).build());
              pools.get(0).map(x -> x, List.of(1));
            });
    opener.start();
    opener.join();
    group.destroy();
    Reference.reachabilityFence(pools);
  }

  /** Has a hook make a call that needs a new worker, when nothing waits for its launch any more. */
  private static void callLate(Journal journal) {
    CompletableFuture<Thread> end = new CompletableFuture<>();
    whenTheEndLogs(() -> end.complete(Thread.currentThread()));
    // Of a program that has started no workers the end would log nothing.
    ProcessPool<Object, Object> used = quickPool();
    used.map(x -> x, List.of(1));
    ProcessPool<Integer, Integer> unused = quickPool();
    hook(
        () -> {
          Uninterruptibles.joinUninterruptibly(end.join());
          Set<Path> before = workerFolders();
          long called = System.nanoTime();
          CompletableFuture<List<Integer>> call = unused.mapAsync(x -> x * 2, List.of(3, 4));
          while (before.containsAll(workerFolders())) {
            LockSupport.parkNanos(1_000_000);
          }
          long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - called);
          journal.add(millis >= 200 ? "put off" : "begun after " + millis + " ms");
          journal.add("in the hook: " + call.join());
        });
    System.exit(3);
  }

  private static <T, R> ProcessPool<T, R> quickPool() {
    return ProcessPool.<T, R>builder().workers(1).jvmArgs(ProcessPoolContract.QUICK_BOOT).build();
  }

  private static Set<Path> workerFolders() {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("poolmap-"))
          .collect(Collectors.toSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Has something done whenever the library's own hook is about to log. */
  private static void whenTheEndLogs(Runnable action) {
    ((LoggerContext) LoggerFactory.getILoggerFactory())
        .addTurboFilter(
            new TurboFilter() {
              @Override
              public FilterReply decide(
                  Marker marker,
                  Logger logger,
                  Level level,
                  String format,
                  Object[] arguments,
                  Throwable failure) {
                if (Thread.currentThread().getName().equals("poolmap-program-end")) {
                  action.run();
                }
                return FilterReply.NEUTRAL;
              }
            });
  }

  /** Ends while a worker is being launched, the first one or the second. */
  private static void endDuringLaunch(Journal journal, StartStrategy strategy, int which)
      throws InterruptedException {
    AtomicInteger launches = new AtomicInteger();
    ProcessPool<Object, Object> pool =
        ProcessPool.builder()
            .workers(1)
            .jvmArgs(ProcessPoolContract.QUICK_BOOT)
            .startStrategy(strategy)
            .launcher(
                jvm -> {
                  if (launches.incrementAndGet() == which) {
                    journal.add("launching");
                    awaitWaitForLaunches();
                  }
                  return jvm;
                })
            .build();
    pool.mapAsync(x -> x, List.of(1));
    journal.hold("launching");
  }

  /** Waits for its end while a worker boots. */
  private static void stayDuringBoot(
      Journal journal, UnaryOperator<List<String>> launcher, Predicate<ProcessHandle> isBooting)
      throws InterruptedException {
    ProcessPool<Object, Object> pool =
        ProcessPool.builder()
            .workers(1)
            .jvmArgs(ProcessPoolContract.QUICK_BOOT)
            .launcher(launcher)
            .build();
    pool.mapAsync(x -> x, List.of(1));
    while (ProcessHandle.current().descendants().noneMatch(isBooting)) {
      Thread.sleep(1);
    }
    journal.add("booting");
    journal.hold("end");
  }

  private static List<String> late(List<String> jvm) {
    List<String> command = new ArrayList<>(List.of("sh", "-c", "sleep 2; exec \"$@\"", "sh"));
    command.addAll(jvm);
    return command;
  }

  /** Waits until the end of the program waits for launches, the last that it does. */
  private static void awaitWaitForLaunches() {
    while (Thread.getAllStackTraces().entrySet().stream()
        .filter(thread -> thread.getKey().getName().equals("poolmap-program-end"))
        .flatMap(thread -> Stream.of(thread.getValue()))
        .noneMatch(frame -> frame.getMethodName().equals("await"))) {
      LockSupport.parkNanos(5_000_000);
    }
  }

  private static int sleep(int x, Journal journal) throws InterruptedException {
    journal.add("asleep " + x);
    Thread.sleep(600_000);
    return x;
  }

  private static boolean exit() {
    System.exit(3);
    return true;
  }

  private static void hook(Runnable action) {
    Runtime.getRuntime().addShutdownHook(new Thread(action));
  }
}
