package io.github.poolmap.internal.wire;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** The same on the fallback transport. */
class FrameChannelOverTcpTest extends FrameChannelTest {

  @Override
  SocketChannel[] connected() throws IOException {
    try (ServerSocketChannel server = ServerSocketChannel.open()) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      Address address = Address.tcp((InetSocketAddress) server.getLocalAddress());
      SocketChannel dialled = address.dial(new WorkerFolder(Path.of(".")));
      SocketChannel accepted = server.accept();
      Address.tune(accepted);
      return new SocketChannel[] {dialled, accepted};
    }
  }
}
