package io.github.poolmap.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
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

  @Test
  void rowsOfJvmsOfTheirOwnGiveOneTable(@TempDir Path folder) throws Exception {
    String[] arguments = {
      "first-result-warm",
      "threads-uneven",
      "--quick",
      "--rounds",
      "1",
      "--warm-up",
      "1",
      "--no-python",
      "--output",
      folder.toString()
    };
    assertEquals(0, run(arguments), () -> err.toString() + out);
    String text = out.toString();
    assertTrue(text.contains("first-result-warm: standby(2)"), text);
    assertTrue(text.contains("threads-uneven: long first, ideal"), text);
    assertTrue(text.contains("Python fork skipped: --no-python"), text);
    assertTrue(Files.size(folder.resolve("results.json")) > 0);
    assertTrue(err.toString().contains("[2/2] threads-uneven: 1 rounds in "), err.toString());
  }

  @Test
  void whatNeedsANewerJdkSaysSo(@TempDir Path folder) throws Exception {
    assertNull(JdkFinder.newest(folder, 17));
    jdk(folder, "older", "17.0.1");
    jdk(folder, "newest", "99");
    jdk(folder, "newer", "25.0.1");
    assertEquals(folder.resolve("newest"), JdkFinder.newest(folder, 24));
    assertNull(JdkFinder.newest(folder, 100));
  }

  private static void jdk(Path folder, String name, String version) throws Exception {
    Path bin = Files.createDirectories(folder.resolve(name).resolve("bin"));
    Path java = Files.createFile(bin.resolve("java"));
    assertTrue(java.toFile().setExecutable(true));
    Files.writeString(
        folder.resolve(name).resolve("release"), "A=\"1\"\nJAVA_VERSION=\"" + version + "\"\n");
  }

  @Test
  void theListNamesTheWorkloads() {
    assertEquals(0, run("--list"));
    assertTrue(out.toString().contains("  apply "), out.toString());
    assertTrue(out.toString().contains("  greedy-makespan "), out.toString());
  }

  @Test
  void anUnknownWorkloadIsRefused() {
    assertEquals(2, run("nope"));
    assertTrue(err.toString().startsWith("Unknown workload: 'nope'"), err.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "x", "1001", "99999999999"})
  void aWrongNumberOfRoundsIsRefused(String rounds) {
    assertEquals(2, run("--rounds", rounds));
    assertTrue(err.toString().contains("--rounds"), err.toString());
  }
}
