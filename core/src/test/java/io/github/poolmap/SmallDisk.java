package io.github.poolmap;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A file system in memory that is soon full; a test is skipped where none can be mounted. */
record SmallDisk(Path path) implements AutoCloseable {

  static SmallDisk mount(Path path, int bytes) throws IOException {
    Files.createDirectories(path);
    boolean mounted =
        run("mount", "-t", "tmpfs", "-o", "size=" + bytes, "tmpfs", path.toString()) == 0;
    assumeThat(mounted).as("a file system can be mounted").isTrue();
    return new SmallDisk(path);
  }

  private static int run(String... command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(20, TimeUnit.SECONDS) ? process.exitValue() : -1;
    } catch (IOException noSuchCommand) {
      return -1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return -1;
    }
  }

  @Override
  public void close() {
    // A worker may still be about to let go of a file.
    if (run("umount", path.toString()) != 0) {
      run("umount", "-l", path.toString());
    }
  }
}
