package io.github.poolmap.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExitFileTest {

  @TempDir Path path;

  private static StackTraceElement frame(String type) {
    return new StackTraceElement(type, "exit", null, 7);
  }

  @Test
  void whatWasWrittenIsRead() throws IOException {
    WorkerFolder folder = new WorkerFolder(path);
    StackTraceElement[] stack = {frame("java.lang.Runtime"), frame("a.B")};
    ExitFile.write(folder, "main", stack);
    assertThat(ExitFile.read(folder)).isEqualTo(new ExitFile.Caller("main", List.of(stack)));
    assertThat(ExitFile.read(folder).isCall()).isTrue();
    assertThat(path.toFile().list()).as("no other file").hasSize(1);
  }

  @Test
  void whereThereIsNoneNobodyExited() throws IOException {
    assertThat(ExitFile.read(new WorkerFolder(path))).isNull();
    assertThat(ExitFile.read(new WorkerFolder(path.resolve("gone")))).isNull();
  }

  /** The file does not grow with what tasks do: deep stacks, endless names. */
  @Test
  void theFileIsBounded() throws IOException {
    WorkerFolder folder = new WorkerFolder(path);
    StackTraceElement[] stack = new StackTraceElement[5000];
    Arrays.fill(stack, frame("java.lang.Runtime"));
    ExitFile.write(folder, "t", stack);
    assertThat(ExitFile.read(folder).stack()).hasSize(200);
    Arrays.fill(stack, frame("x".repeat(10_000)));
    ExitFile.write(folder, "t", stack);
    assertThat(ExitFile.read(folder).stack()).hasSize(6);
  }

  @Test
  void whatNoWorkerWritesIsRefused() throws IOException {
    WorkerFolder folder = new WorkerFolder(path);
    for (byte[] bytes :
        List.of(new byte[0], new byte[] {0, 0, 0, 1}, new byte[1 << 20], new byte[] {1, 2, 3, 4})) {
      Files.write(folder.exit(), bytes);
      assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> ExitFile.read(folder));
    }
  }
}
