package io.github.poolmap.examples.springboot;

import io.github.poolmap.Pool;
import io.github.poolmap.Pools;
import io.github.poolmap.WorkerCrashedException;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** Answers requests by computing in worker processes, whose classes come from this very jar. */
@RestController
class PrimesController {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long MOST = 100_000_000;
  private static final int MOST_TASKS = 1_000;

  private final Pool<Range, Object> pool;

  PrimesController(Pools pools) {
    pool = pools.<Range, Object>processes().with(o -> o.callTimeout(PATIENCE));
  }

  /** Counts the primes below a number, in so many tasks. */
  @GetMapping("/primes")
  Primes primes(
      @RequestParam(defaultValue = "2000000") long below,
      @RequestParam(defaultValue = "16") int tasks) {
    if (below < 0 || below > MOST || tasks < 1 || tasks > MOST_TASKS) {
      throw new ResponseStatusException(
          HttpStatus.BAD_REQUEST,
          "below may be 0 to " + MOST + ", tasks may be 1 to " + MOST_TASKS);
    }
    List<Counted> counted = pool.map(Range::countPrimes, Range.parts(below, tasks));
    return new Primes(
        below,
        counted.stream().mapToLong(Counted::primes).sum(),
        tasks,
        ProcessHandle.current().pid(),
        counted.stream().map(Counted::pid).collect(Collectors.toCollection(TreeSet::new)));
  }

  /** Has a worker process end itself, which the service outlives. */
  @GetMapping("/crash")
  Crash crash() {
    try {
      pool.apply(
          () -> {
            System.exit(42);
            return null;
          });
      throw new IllegalStateException("a task that exits has returned");
    } catch (WorkerCrashedException crash) {
      return new Crash(crash.reason().toString(), crash.exitStatus(), crash.pid());
    }
  }

  /**
   * What the service answers.
   *
   * @param below the limit
   * @param primes how many primes are below it
   * @param tasks how many tasks counted them
   * @param service the process of the service
   * @param workers the processes that counted
   */
  record Primes(long below, long primes, int tasks, long service, TreeSet<Long> workers) {}

  /**
   * What the service answers.
   *
   * @param reason why the worker ended
   * @param exitStatus its exit status
   * @param worker the process that it was
   */
  record Crash(String reason, int exitStatus, long worker) {}
}
