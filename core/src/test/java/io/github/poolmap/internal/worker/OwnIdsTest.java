package io.github.poolmap.internal.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OwnIdsTest {

  @Test
  void isWhatTheJdkSays() {
    assertThat(OwnIds.pid()).isEqualTo(ProcessHandle.current().pid());
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aThreadIsOneOfThoseOfItsProcess() throws Exception {
    AtomicLong other = new AtomicLong();
    Thread thread = new Thread(() -> other.set(OwnIds.threadId()));
    thread.start();
    thread.join();
    long own = OwnIds.threadId();
    assertThat(Path.of("/proc/self/task", Long.toString(own))).exists();
    assertThat(other.get()).isPositive().isNotEqualTo(own);
  }

  @ParameterizedTest
  @CsvSource({
    "'Name:\tjava\nPid:\t12\nNSpid:\t12\nNSpgid:\t9\n', 12",
    "'Name:\tjava\nPid:\t4711\nNSpid:\t4711\t815\t7\nNSpgid:\t9\n', 7",
    // A process may be called anything, but not with a line break, which the system writes as \n.
    "'Name:\tNSpid:\t5\nPid:\t12\nNSpid:\t12 \n', 12",
    "'Name:\tjava\nPid:\t12\n', 0",
    "'Name:\tjava\nNSpid:\t12', 0",
    "'Name:\tjava\nNSpid:\n', 0",
    "'', 0"
  })
  void isTheLastOfTheNamesThatTheSystemHasForAProcess(String status, long pid) {
    assertThat(OwnIds.pidIn(status)).isEqualTo(pid);
  }
}
