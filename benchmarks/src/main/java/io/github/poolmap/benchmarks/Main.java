package io.github.poolmap.benchmarks;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs the benchmarks that the command line names and prints one table. */
@Command(
    name = "poolmap-benchmarks",
    sortOptions = false,
    description = "Measures Poolmap beside its peers and the ideal.")
public final class Main implements Callable<Integer> {

  private static final List<Benchmark> BENCHMARKS =
      List.of(new UnevenItems(), new GreedyMakespan());

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "NAME",
      arity = "0..*",
      description = "Which benchmarks: uneven-items, greedy-makespan (default: all).")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--rounds",
      converter = PositiveInt.class,
      description = "Rounds that count (default: ${DEFAULT-VALUE}).")
  private int rounds = 9;

  @Option(
      names = "--warm-up",
      converter = PositiveInt.class,
      description = "Rounds before them that do not (default: ${DEFAULT-VALUE}).")
  private int warmUpRounds = 3;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  @SuppressWarnings("unused") // picocli reads it
  private boolean helpRequested;

  /**
   * Runs benchmarks and exits with 0 if all went well, 1 if one failed, 2 for a wrong command line.
   *
   * @param arguments the options and the names
   */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main());
  }

  @Override
  public Integer call() throws Exception {
    List<Benchmark> chosen = chosen();
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "%d cores, JDK %s, medians of %d rounds after %d for warm-up%n",
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("java.version"),
        rounds,
        warmUpRounds);
    out.flush();
    SideBySide sideBySide = new SideBySide(warmUpRounds, rounds);
    List<Result> results = new ArrayList<>();
    for (Benchmark benchmark : chosen) {
      results.addAll(benchmark.measure(sideBySide));
    }
    ResultTable.lines(results).forEach(out::println);
    out.flush();
    return 0;
  }

  private List<Benchmark> chosen() {
    List<String> known = BENCHMARKS.stream().map(Benchmark::name).toList();
    for (String name : names) {
      if (!known.contains(name)) {
        throw new ParameterException(
            spec.commandLine(),
            "Unknown benchmark: '" + name + "'; there are " + String.join(", ", known));
      }
    }
    return BENCHMARKS.stream()
        .filter(benchmark -> names.isEmpty() || names.contains(benchmark.name()))
        .toList();
  }
}
