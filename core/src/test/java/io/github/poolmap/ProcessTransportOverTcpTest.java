package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The same on the fallback transport. */
@OverTcp
class ProcessTransportOverTcpTest extends ProcessTransportTest {

  @Test
  void itIsTcp() {
    try (ProcessPool<Object, Object> pool = ProcessPool.builder().workers(1).build()) {
      // The folder is the second argument of a worker's main.
      String address =
          pool.apply(
              () ->
                  Files.readString(
                      Path.of(System.getProperty("sun.java.command").split(" ")[2], "address")));
      assertThat(address).matches("127\\.0\\.0\\.1 \\d+");
    }
  }
}
