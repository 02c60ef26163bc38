package io.github.poolmap.internal.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.poolmap.internal.wire.Address;
import io.github.poolmap.internal.wire.WorkerFolder;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On the loopback address everybody on the host can knock, so all of it matters the more. */
class HandshakeOverTcpTest extends HandshakeTest {

  @Override
  Transport transport() {
    return Transport.TCP;
  }

  @Test
  void itListensOnTheLoopbackAddressAlone(@TempDir Path path) throws Exception {
    WorkerFolder folder = new WorkerFolder(path);
    try (Handshake listening = Handshake.listen(folder, new byte[32], Transport.TCP)) {
      assertThat(listening).isNotNull();
      Address address = Address.read(folder);
      assertThat(InetAddress.getByName(address.host()).isLoopbackAddress()).isTrue();
      assertThat(address.port()).isPositive();
      assertThat(Files.exists(folder.socket())).isFalse();
    }
  }
}
