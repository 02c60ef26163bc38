package io.github.poolmap.benchmarks.peers;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Messages to another JVM and back over a Unix-domain socket, with nothing around them: what no
 * process pool can be faster than.
 */
public final class RawSocket implements AutoCloseable {

  private static final Duration START_LIMIT = Duration.ofSeconds(30);

  private final TemporaryFolder folder;
  private final Children.Child child;
  private final SocketChannel channel;
  private final ByteBuffer message;

  private RawSocket(
      TemporaryFolder folder, Children.Child child, SocketChannel channel, int length) {
    this.folder = folder;
    this.child = child;
    this.channel = channel;
    message = ByteBuffer.allocateDirect(length);
  }

  /** Starts the other JVM. */
  public static RawSocket open(int length) throws IOException {
    TemporaryFolder folder = TemporaryFolder.make();
    Path address = folder.path().resolve("s");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(address));
      Process process =
          Jvm.command(EchoMain.class, address.toString(), Integer.toString(length))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      Children.Child child = Children.watch(process);
      try {
        return new RawSocket(folder, child, accept(server), length);
      } catch (IOException e) {
        child.close();
        folder.close();
        throw e;
      }
    }
  }

  private static SocketChannel accept(ServerSocketChannel server) throws IOException {
    server.configureBlocking(false);
    try (Selector selector = Selector.open()) {
      server.register(selector, SelectionKey.OP_ACCEPT);
      if (selector.select(START_LIMIT.toMillis()) == 0) {
        throw new IOException("the other JVM did not connect");
      }
      return server.accept();
    }
  }

  /** Sends a message and waits until it is back, so many times. */
  public void roundTrips(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      message.clear();
      while (message.hasRemaining()) {
        channel.write(message);
      }
      message.clear();
      while (message.hasRemaining()) {
        if (channel.read(message) < 0) {
          throw new IOException("the other JVM has ended");
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    child.close();
    folder.close();
  }
}
