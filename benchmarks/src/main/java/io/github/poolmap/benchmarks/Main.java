package io.github.poolmap.benchmarks;

import io.github.poolmap.Pools;
import io.github.poolmap.benchmarks.measure.RowResult;
import io.github.poolmap.benchmarks.measure.Settings;
import io.github.poolmap.benchmarks.measure.Workload;
import io.github.poolmap.benchmarks.peers.Python;
import io.github.poolmap.benchmarks.report.Machine;
import io.github.poolmap.benchmarks.report.Report;
import io.github.poolmap.benchmarks.report.Results;
import io.github.poolmap.benchmarks.report.Table;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures the workloads that the command line names beside their peers and prints one table. */
@Command(
    name = "poolmap-benchmarks",
    sortOptions = false,
    description = "Measures Poolmap beside its peers, in alternation, and prints one table.",
    footer =
        "%nWith jmh as the first argument: JMH, with the others as its own; jmh -h shows them.")
public final class Main implements Callable<Integer> {

  private static final DateTimeFormatter FOLDER =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** The first argument that hands the others to JMH. */
  private static final String JMH = "jmh";

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "NAME",
      arity = "0..*",
      description = "Which workloads (default: those of the comparison); --list shows them.")
  private List<String> names = new ArrayList<>();

  @Option(names = "--quick", description = "Fewer rounds and smaller sizes, for a rough answer.")
  private boolean quick;

  @Option(
      names = "--rounds",
      converter = PositiveInt.class,
      description = "Rounds that count (default: at least 5, or 3 with --quick).")
  private @Nullable Integer rounds;

  @Option(
      names = "--warm-up",
      converter = PositiveInt.class,
      description = "Rounds before them that do not count (default: what the workload needs).")
  private @Nullable Integer warmUps;

  @Option(names = "--no-python", description = "Leave out the peers in Python.")
  private boolean noPython;

  @Option(
      names = "--limit",
      converter = PositiveInt.class,
      description = "The most seconds that a workload may take (default: ${DEFAULT-VALUE}).")
  private int limit = 400;

  @Option(
      names = "--in-process",
      description = "Measure in this JVM instead of one for each workload, for debugging.")
  private boolean inProcess;

  @Option(
      names = "--output",
      paramLabel = "FOLDER",
      description = "Where the results go (default: a folder of the build).")
  private @Nullable Path output;

  @Option(names = "--strict", description = "Exit with 1 if a goal is missed.")
  private boolean strict;

  @Option(names = "--list", description = "List the workloads and exit.")
  private boolean list;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  @SuppressWarnings("unused") // picocli reads it
  private boolean helpRequested;

  /**
   * Measures, and exits with 0 if all went well, 1 if something could not be measured (with {@code
   * --strict} also if a goal is missed), 2 for a wrong command line.
   *
   * @param arguments the options and the names
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length > 0 && arguments[0].equals(JMH)) {
      org.openjdk.jmh.Main.main(Arrays.copyOfRange(arguments, 1, arguments.length));
      return;
    }
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main());
  }

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    List<Workload> chosen = chosen();
    if (list) {
      list(out);
      return 0;
    }
    Instant start = Instant.now();
    Settings settings = settings();
    Machine machine = Machine.here();
    describe(machine, settings, out);
    List<RowResult> rows = new ArrayList<>();
    for (Workload workload : chosen) {
      RowResult row = measure(workload, settings);
      rows.add(row);
      progress(row, chosen.size(), rows.size());
    }
    Report report = new Report(start.toString(), version(), machine, settings, rows);
    List<String> table = Table.lines(rows);
    out.println();
    table.forEach(out::println);
    out.println();
    Path folder = output == null ? defaultOutput().resolve(FOLDER.format(start)) : output;
    Results.write(report, table, folder).forEach(out::println);
    out.flush();
    boolean allMeasured = rows.stream().allMatch(row -> row.failure() == null);
    return allMeasured && (!strict || report.allMet()) ? 0 : 1;
  }

  private RowResult measure(Workload workload, Settings settings)
      throws IOException, InterruptedException {
    if (inProcess) {
      if (Runtime.version().feature() < workload.feature()) {
        return RowResult.failed(workload, "it needs JDK " + workload.feature());
      }
      try {
        return RowResult.of(workload, settings);
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception e) {
        return RowResult.failed(workload, e.toString());
      }
    }
    Path jdk = JdkFinder.find(workload.feature());
    if (jdk == null) {
      return RowResult.failed(
          workload, "it needs JDK " + workload.feature() + ", and there is none beside this one");
    }
    return new RowProcess(settings, Duration.ofSeconds(limit)).measure(workload, jdk);
  }

  private Settings settings() throws InterruptedException {
    Settings.Python python = noPython ? null : Python.find();
    return new Settings(
        quick,
        rounds == null ? 0 : rounds,
        warmUps == null ? -1 : warmUps,
        python,
        noPython ? "--no-python" : "there is no python3");
  }

  private static void describe(Machine machine, Settings settings, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%d cores (%s), %.1f GiB of memory, %s, %s%n",
        machine.cores(),
        machine.processor(),
        machine.memoryBytes() / (double) (1 << 30),
        machine.system(),
        machine.jdk());
    Settings.Python python = settings.python();
    if (python != null) {
      out.printf(
          "Python %s (%s), numpy %s, joblib %s%n",
          python.version(), python.command(), python.numpy(), python.joblib());
    }
    out.flush();
  }

  /** Says on the error stream how far it is, so that the table stays alone. */
  private void progress(RowResult row, int all, int done) {
    PrintWriter err = spec.commandLine().getErr();
    err.printf(
        Locale.ROOT,
        "[%d/%d] %s: %s%n",
        done,
        all,
        row.workload(),
        row.failure() == null
            ? String.format(
                Locale.ROOT, "%d rounds in %.0f s, JDK %s", row.rounds(), row.seconds(), row.jdk())
            : row.failure());
    err.flush();
  }

  private static void list(PrintWriter out) {
    out.println("The comparison:");
    Catalog.COMPARISON.forEach(each -> out.printf("  %-20s %s%n", each.name(), each.title()));
    out.println("Others, by name only:");
    Catalog.FURTHER.forEach(each -> out.printf("  %-20s %s%n", each.name(), each.title()));
    out.flush();
  }

  private List<Workload> chosen() {
    List<Workload> chosen = new ArrayList<>();
    for (String name : names) {
      Workload workload = Catalog.find(name);
      if (workload == null) {
        throw new ParameterException(
            spec.commandLine(),
            "Unknown workload: '"
                + name
                + "'; there are "
                + Catalog.names(Catalog.COMPARISON)
                + ", and "
                + Catalog.names(Catalog.FURTHER));
      }
      if (!chosen.contains(workload)) {
        chosen.add(workload);
      }
    }
    return names.isEmpty() ? Catalog.COMPARISON : chosen;
  }

  /** Beside the jar or the classes that this is run from. */
  private static Path defaultOutput() throws URISyntaxException {
    Path code = Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    return code.resolveSibling("results");
  }

  private static String version() throws IOException {
    try (InputStream properties =
        Pools.class.getResourceAsStream(
            "/META-INF/maven/io.github.poolmap/poolmap-core/pom.properties")) {
      if (properties == null) {
        return "unknown";
      }
      Properties read = new Properties();
      read.load(properties);
      return read.getProperty("version", "unknown");
    }
  }
}
