package io.github.poolmap.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

@Timeout(120)
class MainTest {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    CommandLine commandLine =
        Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return commandLine.execute(arguments);
  }

  @ParameterizedTest
  @ValueSource(strings = {"uneven-items", "greedy-makespan"})
  void aBenchmarkGivesOneTable(String name) {
    assertEquals(0, run(name, "--rounds", "1", "--warm-up", "1"), err.toString());
    List<String> lines = out.toString().lines().toList();
    assertEquals(4, lines.size(), out.toString());
    assertTrue(lines.get(1).startsWith("workload "), out.toString());
    assertTrue(lines.get(2).startsWith(name + ", "), out.toString());
    assertTrue(lines.get(3).startsWith(name + ", "), out.toString());
  }

  @Test
  void helpNamesTheBenchmarks() {
    assertEquals(0, run("--help"));
    assertTrue(out.toString().contains("uneven-items, greedy-makespan"), out.toString());
  }

  @Test
  void anUnknownBenchmarkIsRefused() {
    assertEquals(2, run("nope"));
    assertTrue(err.toString().startsWith("Unknown benchmark: 'nope'"), err.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "x", "1001", "99999999999"})
  void aWrongNumberOfRoundsIsRefused(String rounds) {
    assertEquals(2, run("--rounds", rounds));
    assertTrue(err.toString().contains("--rounds"), err.toString());
  }
}
