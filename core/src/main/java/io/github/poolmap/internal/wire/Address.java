package io.github.poolmap.internal.wire;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;

/**
 * Where a parent listens for its worker: on the socket in the worker's folder, or on a port of the
 * loopback address. The worker reads it from its folder.
 *
 * @param host empty for the socket in the folder
 * @param port 0 for the socket in the folder
 */
public record Address(String host, int port) {

  /** The Unix-domain socket in the folder. */
  public static final Address UNIX = new Address("", 0);

  /**
   * How much is under way in a TCP socket that nobody reads. Set, because otherwise the system
   * changes it as it goes, and nobody could say what fits.
   */
  private static final int SEND_BUFFER_BYTES = 256 * 1024;

  /** Returns the address of a listener on a port. */
  public static Address tcp(InetSocketAddress address) {
    return new Address(address.getAddress().getHostAddress(), address.getPort());
  }

  private boolean isUnix() {
    return port == 0;
  }

  /** Leaves it for the worker. */
  public void write(WorkerFolder folder) throws IOException {
    String text = isUnix() ? "unix" : host + " " + port;
    Files.write(folder.address(), text.getBytes(StandardCharsets.UTF_8));
  }

  /** Reads what the parent has left. */
  public static Address read(WorkerFolder folder) throws IOException {
    String text = new String(Files.readAllBytes(folder.address()), StandardCharsets.UTF_8);
    int space = text.indexOf(' ');
    if (space < 0) {
      return UNIX;
    }
    return new Address(text.substring(0, space), Integer.parseInt(text.substring(space + 1)));
  }

  /** Connects to it. */
  public SocketChannel dial(WorkerFolder folder) throws IOException {
    if (isUnix()) {
      return SocketChannel.open(UnixDomainSocketAddress.of(folder.socket()));
    }
    // Digits, so that nobody is asked what they mean.
    SocketAddress remote = new InetSocketAddress(InetAddress.getByName(host), port);
    SocketChannel channel = SocketChannel.open();
    try {
      tune(channel);
      channel.connect(remote);
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Prepares one end of a TCP connection. */
  public static void tune(SocketChannel channel) throws IOException {
    // Frames are short, and somebody waits for each.
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.setOption(StandardSocketOptions.SO_SNDBUF, SEND_BUFFER_BYTES);
  }

  @Override
  public String toString() {
    return isUnix() ? "a Unix-domain socket" : host + ":" + port;
  }
}
