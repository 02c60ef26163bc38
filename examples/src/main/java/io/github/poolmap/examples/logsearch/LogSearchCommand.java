package io.github.poolmap.examples.logsearch;

import io.github.poolmap.Pool;
import io.github.poolmap.Pools;
import io.github.poolmap.examples.Checks;
import io.github.poolmap.examples.ExampleCommand;
import io.github.poolmap.examples.IntRange;
import io.github.poolmap.examples.Machine;
import io.github.poolmap.examples.Numbers;
import io.github.poolmap.examples.PoolOption;
import io.github.poolmap.examples.WorkersOption;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command line of the search. */
@Command(
    name = "log-search",
    sortOptions = false,
    description = {
      "Searches a log, which is made up while it is read, by a regular expression.",
      "Exit status: 0, or 1 if it is not what a serial search finds, or if memory grows, or 2 for"
          + " wrong options."
    })
public final class LogSearchCommand extends ExampleCommand {

  @Option(
      names = "--megabytes",
      converter = SizeRange.class,
      description = "How large the log is, 1 to 100000000 MiB (default: 500).")
  private int megabytes = 500;

  @Option(
      names = "--pattern",
      paramLabel = "<regex>",
      description = "What to search for (default: " + GeneratedLog.PATTERN + ").")
  private Pattern pattern = Pattern.compile(GeneratedLog.PATTERN);

  @Option(
      names = "--limit",
      converter = LimitRange.class,
      description = "Stop after so many matches, 1 to 1000000000 (default: search all of it).")
  private @Nullable Integer limit;

  @Mixin private PoolOption pool;

  @Mixin private WorkersOption workers;

  @Override
  public Integer call() {
    out().println(Machine.here().line());
    out()
        .printf(
            Locale.ROOT,
            "Work: a log of %,d MiB in blocks of 64 KiB, one task each, %s, %,d workers.%n",
            megabytes,
            pool,
            workers.count());
    Checks checks = new Checks(out());
    try (Pools pools = Pools.builder().workers(workers.count()).build()) {
      Pool<Block, Findings> searchers = pools.pool(pool.kind());
      new LogSearch(pattern, megabytes * Numbers.MIB, limit == null ? Long.MAX_VALUE : limit, out())
          .run(searchers, checks);
    }
    out().flush();
    return checks.status();
  }

  /** What {@code --megabytes} takes. */
  static final class SizeRange extends IntRange {

    SizeRange() {
      super(1, 100_000_000);
    }
  }

  /** What {@code --limit} takes. */
  static final class LimitRange extends IntRange {

    LimitRange() {
      super(1, 1_000_000_000);
    }
  }
}
