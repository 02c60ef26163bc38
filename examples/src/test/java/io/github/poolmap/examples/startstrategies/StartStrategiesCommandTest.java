package io.github.poolmap.examples.startstrategies;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.poolmap.Pools;
import io.github.poolmap.examples.CommandRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

@Timeout(value = 90, threadMode = ThreadMode.SEPARATE_THREAD)
class StartStrategiesCommandTest {

  @Test
  void eachWayComesByItsWorkersAsItShould() {
    CommandRun run =
        CommandRun.of("start-strategies", "--without-archive", "--rounds=2", "--pause-millis=100");
    assertEquals(0, run.status(), run.out() + run.err());
    for (String way : List.of("spawn(), no archive", "standby(1)", "reuse()")) {
      assertTrue(
          run.lines().stream()
              .anyMatch(line -> line.startsWith(way + " ") && line.contains(" ms to ")),
          run.out());
    }
    assertTrue(run.lines().contains("ok     reuse(): one worker served all pools"), run.out());
    assertTrue(run.lines().contains("ok     standby(1): each pool had a worker of its own"));
  }

  @Test
  void anArchiveIsMadeOfAJarOnly() throws Exception {
    Path library = Path.of(Pools.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    if (Files.isDirectory(library)) {
      CommandRun run = CommandRun.of("start-strategies");
      assertEquals(2, run.status());
      assertTrue(
          run.err().startsWith("an archive of classes needs the library as a jar, but it is"));
      return;
    }
    assumeTrue(System.getProperty("os.name").equals("Linux"));
    CommandRun run = CommandRun.of("start-strategies", "--rounds=1", "--pause-millis=0");
    assertEquals(0, run.status(), run.out() + run.err());
    assertTrue(run.lines().contains("ok     spawn(): booted from the archive"), run.out());
  }

  @Test
  void aRoundTravelsAsALine() {
    Round round = new Round(123_456_789, 42, true);
    assertTrue(Round.isLine(round.line()));
    assertEquals(round, Round.of(round.line()));
  }
}
