package io.github.poolmap.examples.logsearch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.poolmap.examples.CommandRun;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class LogSearchCommandTest {

  @ParameterizedTest
  @ValueSource(strings = {"serial", "threads", "processes"})
  void everyKindOfPoolFindsWhatIsPlanted(String pool) {
    CommandRun run = CommandRun.of("log-search", "--megabytes=40", "--pool", pool, "--workers=2");
    assertEquals(0, run.status(), run.out() + run.err());
    assertTrue(run.out().contains("line 100,003: "), run.out());
    assertTrue(run.out().contains("payment 100003 failed after 5021 ms"), run.out());
    assertTrue(
        run.lines().stream().anyMatch(line -> line.matches("ok     (\\d) of \\1 planted .*")),
        run.out());
    assertTrue(
        run.lines().stream().anyMatch(line -> line.startsWith("ok     the heap has ")), run.out());
  }

  @Test
  void aLimitStopsEarly() {
    CommandRun run = CommandRun.of("log-search", "--megabytes=1000000", "--limit=2", "--workers=2");
    assertEquals(0, run.status(), run.out() + run.err());
    assertTrue(run.lines().contains("Stopped at the limit of 2."), run.out());
    assertTrue(run.lines().contains("ok     2 of 2 planted lines found"), run.out());
  }

  @Test
  void anyPatternMayBeSearchedFor() {
    CommandRun run = CommandRun.of("log-search", "--megabytes=5", "--pattern=^\\S+ INFO .*z$");
    assertEquals(0, run.status(), run.out() + run.err());
    assertTrue(run.out().contains("blocks finds the same lines, 0 of them"), run.out());
    assertFalse(run.out().contains("planted"), run.out());
  }

  @Test
  void aPatternThatIsNoneIsRefused() {
    CommandRun run = CommandRun.of("log-search", "--pattern=(");
    assertEquals(2, run.status());
    assertTrue(run.err().startsWith("Invalid value for option '--pattern'"), run.err());
    assertTrue(run.err().contains("Unclosed group"), run.err());
  }

  @Test
  void thePatternFindsThePlantedLinesAndNoOthers() {
    GeneratedLog log = new GeneratedLog(30 << 20);
    Search search = new Search(Pattern.compile(GeneratedLog.PATTERN));
    List<Long> found = new ArrayList<>();
    long lines = 0;
    for (Block block : log) {
      assertEquals(lines + 1, block.firstLine());
      Findings findings = search.map(block);
      lines += findings.lines();
      findings.matches().forEach(match -> found.add(match.line()));
    }
    assertEquals(log.linesRead(), lines);
    long planted = GeneratedLog.plantedAmong(lines);
    assertTrue(planted > 1);
    assertEquals(
        LongStream.rangeClosed(1, planted).mapToObj(i -> i * GeneratedLog.PLANTED).toList(), found);
  }

  @Test
  void theLogIsAlwaysTheSame() {
    Iterator<Block> one = new GeneratedLog(1 << 20).iterator();
    Iterator<Block> other = new GeneratedLog(1 << 20).iterator();
    while (one.hasNext()) {
      assertEquals(one.next(), other.next());
    }
    assertFalse(other.hasNext());
  }
}
