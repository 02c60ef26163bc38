package io.github.poolmap.examples.crashcontainment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.poolmap.examples.CommandRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class CrashContainmentCommandTest {

  @Test
  void theBadOnesCostThemselves() {
    CommandRun run = CommandRun.of("crash-containment", "--tasks=40", "--workers=2");
    assertEquals(0, run.status(), run.out() + run.err());
    assertTrue(run.lines().contains("ok     40 of 40 good tasks came back right"), run.out());
    assertTrue(row(run, "writes to address 0").matches(" +NATIVE_CRASH +1 +\\d+ +1"));
    assertTrue(row(run, "allocates without end").matches(" +OUT_OF_MEMORY +3 +\\d+ +1"));
    assertTrue(row(run, "calls System.exit(3)").matches(" +EXIT +3 +\\d+ +1"));
    assertTrue(row(run, "loops without end").matches(" +time limit +killed by the pool +\\d+ +1"));
    assertTrue(run.out().contains("WorkerCrashedException: item 8 was lost with its worker "));
    assertTrue(run.out().contains("TaskTimeoutException: item 35 "), run.out());
  }

  /** What the table says behind the name of a task. */
  private static String row(CommandRun run, String task) {
    return run.lines().stream()
        .filter(line -> line.startsWith(task))
        .findFirst()
        .map(line -> line.substring(task.length()))
        .orElse("");
  }
}
