package io.github.poolmap.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 90, threadMode = ThreadMode.SEPARATE_THREAD)
class JShellScriptTest {

  @Test
  void theScriptRunsToItsEndAndAllIsAsItSays(@TempDir Path home) throws Exception {
    ProgramRun run =
        ProgramRun.of(
            "jshell",
            "-J-Djava.util.prefs.userRoot=" + home,
            "--class-path",
            System.getProperty("java.class.path"),
            "--startup",
            "DEFAULT",
            Path.of("src", "main", "jshell", "process-pool.jsh").toString());
    assertEquals(0, run.status(), run.out());
    assertTrue(run.out().contains("factor 5: [Scaled[input=1, output=5], "), run.out());
    assertEquals(8, run.out().lines().filter(line -> line.startsWith("ok ")).count(), run.out());
    assertFalse(run.out().contains("WRONG"), run.out());
  }
}
