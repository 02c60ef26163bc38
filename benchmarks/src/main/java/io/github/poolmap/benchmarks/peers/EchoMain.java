package io.github.poolmap.benchmarks.peers;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** The other end of {@link RawSocket}: sends each message back when all of it is there. */
public final class EchoMain {

  private EchoMain() {}

  /**
   * Echoes until the connection ends.
   *
   * @param arguments the socket's path and the length of a message
   */
  public static void main(String[] arguments) throws Exception {
    ByteBuffer message = ByteBuffer.allocateDirect(Integer.parseInt(arguments[1]));
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(arguments[0]));
      while (true) {
        message.clear();
        while (message.hasRemaining()) {
          if (channel.read(message) < 0) {
            return;
          }
        }
        message.flip();
        while (message.hasRemaining()) {
          channel.write(message);
        }
      }
    }
  }
}
