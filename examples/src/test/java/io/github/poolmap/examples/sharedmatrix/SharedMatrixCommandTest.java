package io.github.poolmap.examples.sharedmatrix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.poolmap.examples.CommandRun;
import java.nio.DoubleBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class SharedMatrixCommandTest {

  @Test
  void allWaysGiveTheSumsOfTheLoop() {
    CommandRun run =
        CommandRun.of(
            "shared-matrix", "--megabytes=2", "--filters=3", "--sent-tasks=2", "--workers=2");
    assertEquals(0, run.status(), run.out() + run.err());
    for (String way :
        List.of(
            "threads",
            "processes with a shared double[]",
            "processes with a shared DoubleBuffer")) {
      assertTrue(run.lines().contains("ok     " + way + ": all 3 sums are those of the loop"));
    }
    assertTrue(
        run.lines()
            .contains(
                "ok     processes with an array in every task: all 2 sums are those of the loop"),
        run.out());
    assertTrue(
        run.lines().stream()
            .anyMatch(line -> line.matches("processes, shared DoubleBuffer +3 .* 2\\.0 MiB")),
        run.out());
  }

  @Test
  void nothingIsSentIfThatIsNotWanted() {
    CommandRun run =
        CommandRun.of(
            "shared-matrix", "--megabytes=1", "--filters=1", "--sent-tasks=0", "--workers=1");
    assertEquals(0, run.status(), run.out() + run.err());
    assertTrue(!run.out().contains("sent with every task"), run.out());
  }

  @Test
  void aHeapThatIsTooSmallIsRefused() {
    assertEquals(
        "--megabytes 200 takes a heap of 800 MiB, this JVM has 512: make it smaller, send no array"
            + " (--sent-tasks 0), or give it more (java -Xmx800m -jar ...)",
        SharedMatrixCommand.heapComplaint(200, 4, 512));
    assertEquals(
        "--megabytes 300 takes a heap of 600 MiB, this JVM has 512: make it smaller, or give it"
            + " more (java -Xmx600m -jar ...)",
        SharedMatrixCommand.heapComplaint(300, 0, 512));
    assertEquals("", SharedMatrixCommand.heapComplaint(200, 0, 512));
  }

  @Test
  void aFilterIsAppliedToAllPixelsButThoseOfTheBorder() {
    double[] pixels = new double[16];
    Arrays.setAll(pixels, i -> i);
    Image image = new Image(DoubleBuffer.wrap(pixels), 4);
    double[] identity = {0, 0, 0, 0, 1, 0, 0, 0, 0};
    assertEquals(5 + 6 + 9 + 10, image.sumFiltered(new Kernel(identity)));
    double[] leftAbove = {-1, 0, 0, 0, 0, 0, 0, 0, 0};
    assertEquals(0 + 1 + 4 + 5, image.sumFiltered(new Kernel(leftAbove)));
    double[] rightBelow = {0, 0, 0, 0, 0, 0, 0, 0, 2};
    assertEquals(2 * (10 + 11 + 14 + 15), image.sumFiltered(new Kernel(rightBelow)));
  }
}
