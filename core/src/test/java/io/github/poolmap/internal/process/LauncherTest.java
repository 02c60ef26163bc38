package io.github.poolmap.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.poolmap.WorkerOutput;
import io.github.poolmap.WorkerStartException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class LauncherTest {

  private final List<List<String>> commands = new ArrayList<>();

  private final LaunchSpec spec =
      new LaunchSpec(
          Path.of("no", "such", "java"),
          List.of(),
          List.of("a.jar"),
          Map.of(),
          null,
          Duration.ofSeconds(1),
          (UnaryOperator<List<String>>)
              command -> {
                commands.add(command);
                return command;
              },
          WorkerOutput.INHERIT);

  /** The end of the program waits for what was begun before it; nothing may follow. */
  @Test
  void beginsNothingOnceNoWorkersAreWanted() {
    AtomicBoolean over = new AtomicBoolean();
    Launcher launcher = new Launcher("spares", over::get);
    assertThatThrownBy(() -> launcher.launch(spec, "spare-1", false, () -> {}))
        .isInstanceOf(WorkerStartException.class)
        .hasMessageContaining("cannot be started");
    assertThat(commands).hasSize(1);
    over.set(true);
    assertThat(launcher.isRefusing()).isTrue();
    assertThatThrownBy(() -> launcher.launch(spec, "spare-2", false, () -> {}))
        .isInstanceOf(WorkerStartException.class)
        .hasMessageContaining("not started");
    assertThat(commands).hasSize(1);
  }
}
