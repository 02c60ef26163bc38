package io.github.poolmap.internal.process;

import io.github.poolmap.internal.wire.Address;
import io.github.poolmap.internal.wire.FrameChannel;
import io.github.poolmap.internal.wire.Hello;
import io.github.poolmap.internal.wire.ProtocolException;
import io.github.poolmap.internal.wire.ReadyFrame;
import io.github.poolmap.internal.wire.WorkerFolder;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens until the worker has dialled twice, shown its token and said that it is ready; then
 * nothing listens any more.
 *
 * <p>Nobody can hold it up: strangers, silent or wrong, are cut off or wait in vain while the
 * worker gets through, and of the silent ones no more than some dozens wait; and it watches the
 * process and the clock, so that a worker that dies before it dials, or hangs, is noticed.
 */
final class Handshake implements Closeable {

  private static final Logger LOG = LoggerFactory.getLogger(Handshake.class);

  /** How often the process is looked at. */
  private static final long LOOK_MILLIS = 20;

  /**
   * So many may be connected without having said who they are. A worker of ours says it at once;
   * more would use up the descriptors of the program.
   */
  private static final int UNKNOWN_CALLERS = 64;

  /**
   * So many connections may wait to be taken. More of them, and a worker would have to try again.
   */
  private static final int WAITING = 256;

  /** So many are taken before those that are there are heard. */
  private static final int TAKEN_AT_ONCE = 16;

  /** How a connection is taken. */
  @FunctionalInterface
  interface Door {
    @Nullable SocketChannel accept(ServerSocketChannel listener) throws IOException;
  }

  private final WorkerFolder folder;
  private final Address address;
  private final byte[] token;
  private final ServerSocketChannel listener;
  private final Door door;
  private final Selector selector;
  private final Map<Hello.Role, Caller> known = new EnumMap<>(Hello.Role.class);

  /** Those that have not said who they are, the oldest first. */
  private final Set<Caller> unknown = new LinkedHashSet<>();

  private int refused;
  private boolean ready;

  /** When it was put off to take more connections. */
  private long putOffAt;

  /** As the worker says; what it says counts because it has shown the token. */
  private long pid;

  private Handshake(
      WorkerFolder folder,
      Address address,
      byte[] token,
      ServerSocketChannel listener,
      Door door,
      Selector selector) {
    this.folder = folder;
    this.address = address;
    this.token = token;
    this.listener = listener;
    this.door = door;
    this.selector = selector;
  }

  /** Begins to listen, and leaves word in the folder where. */
  static Handshake listen(WorkerFolder folder, byte[] token, Transport transport)
      throws IOException {
    return listen(folder, token, transport, ServerSocketChannel::accept);
  }

  /** The same, with another way of taking connections. */
  static Handshake listen(WorkerFolder folder, byte[] token, Transport transport, Door door)
      throws IOException {
    ServerSocketChannel listener = open(folder, transport);
    try {
      SocketAddress local = listener.getLocalAddress();
      Address address = local instanceof InetSocketAddress tcp ? Address.tcp(tcp) : Address.UNIX;
      address.write(folder);
      listener.configureBlocking(false);
      Selector selector = Selector.open();
      listener.register(selector, SelectionKey.OP_ACCEPT);
      return new Handshake(folder, address, token, listener, door, selector);
    } catch (IOException | RuntimeException e) {
      listener.close();
      throw e;
    }
  }

  private static ServerSocketChannel open(WorkerFolder folder, Transport transport)
      throws IOException {
    if (transport == Transport.TCP) {
      return openTcp();
    }
    try {
      return openUnix(folder.socket());
    } catch (IOException | UnsupportedOperationException e) {
      // There are none on this system or in this file system, or the path is too long for one.
      if (transport == Transport.UNIX) {
        throw new IOException(
            "no Unix-domain socket at "
                + folder.socket()
                + ": "
                + e.getMessage()
                + " (set java.io.tmpdir to a folder that has them, with a short path, or leave out"
                + " -D"
                + Transport.PROPERTY
                + "=unix)",
            e);
      }
      LOG.debug("no Unix-domain socket at {}, using TCP: {}", folder.socket(), e.toString());
      return openTcp();
    }
  }

  private static ServerSocketChannel openUnix(Path socket) throws IOException {
    ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      return listener.bind(UnixDomainSocketAddress.of(socket), WAITING);
    } catch (IOException | RuntimeException e) {
      listener.close();
      throw e;
    }
  }

  private static ServerSocketChannel openTcp() throws IOException {
    ServerSocketChannel listener = ServerSocketChannel.open();
    try {
      return listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), WAITING);
    } catch (IOException | RuntimeException e) {
      listener.close();
      throw e;
    }
  }

  /**
   * The two sockets of a worker that is ready.
   *
   * @param data see {@link Hello.Role}
   * @param control see {@link Hello.Role}
   * @param pid what the worker says that its process is
   */
  record Sockets(FrameChannel data, FrameChannel control, long pid) implements Closeable {

    @Override
    public void close() throws IOException {
      try (data;
          control) {
        // Both are closed, whatever becomes of the first.
      }
    }
  }

  /**
   * Waits for the worker.
   *
   * @return its sockets, or null if it ended or the time was over before it was ready
   */
  @Nullable Sockets await(Process process, Duration timeout) throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (!ready) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0 || !process.isAlive()) {
        return null;
      }
      selector.select(Math.min(left, LOOK_MILLIS));
      listenAgain();
      for (SelectionKey key : selector.selectedKeys()) {
        if (key.isValid() && key.isAcceptable()) {
          for (int taken = 0; taken < TAKEN_AT_ONCE && accept(); taken++) {
            // There may be more.
          }
        } else if (key.isValid() && key.attachment() instanceof Caller caller) {
          caller.hear();
        }
      }
      selector.selectedKeys().clear();
    }
    return new Sockets(take(Hello.Role.DATA), take(Hello.Role.CONTROL), pid);
  }

  /** Listens again if that was put off, and the time has come. */
  private void listenAgain() {
    SelectionKey key = listener.keyFor(selector);
    if (key.interestOps() == 0 && System.nanoTime() - putOffAt >= LOOK_MILLIS * 1_000_000) {
      key.interestOps(SelectionKey.OP_ACCEPT);
    }
  }

  /** Takes a connection; false if there is none, or it cannot be had. */
  private boolean accept() throws IOException {
    SocketChannel channel;
    try {
      channel = door.accept(listener);
    } catch (IOException e) {
      // The program has no descriptor left, for one. Whoever knocks goes on knocking, and the
      // selector would say so at once, again and again.
      refuse(e);
      listener.keyFor(selector).interestOps(0);
      putOffAt = System.nanoTime();
      return false;
    }
    if (channel != null) {
      makeRoom();
      try {
        if (channel.getLocalAddress() instanceof InetSocketAddress) {
          Address.tune(channel);
        }
        channel.configureBlocking(false);
        Caller caller = new Caller(channel);
        channel.register(selector, SelectionKey.OP_READ, caller);
        unknown.add(caller);
      } catch (IOException e) {
        // Whoever it was has gone again.
        LOG.debug("connection on {} cannot be used: {}", address, e.toString());
        channel.close();
      }
    }
    return channel != null;
  }

  /** Cuts off the oldest of those that have not said who they are, if there are many. */
  private void makeRoom() {
    while (unknown.size() >= UNKNOWN_CALLERS) {
      Caller oldest = unknown.iterator().next();
      // It may just have said it.
      oldest.hear();
      if (unknown.remove(oldest)) {
        refuse(new ProtocolException("silent, and " + UNKNOWN_CALLERS + " others wait"));
        oldest.cutOff();
      }
    }
  }

  /** Tells of the first one at once; there may be thousands. */
  private void refuse(IOException why) {
    if (refused == 0) {
      LOG.warn("connection refused on {}: {}", address, why.getMessage());
    } else {
      LOG.debug("connection refused on {}: {}", address, why.getMessage());
    }
    refused++;
  }

  private FrameChannel take(Hello.Role role) throws IOException {
    Caller caller = known.remove(role);
    if (caller == null) {
      throw new IllegalStateException("ready without " + role);
    }
    SelectionKey key = caller.channel.keyFor(selector);
    if (key != null) {
      key.cancel();
      selector.selectNow();
    }
    caller.channel.configureBlocking(true);
    return new FrameChannel(caller.channel);
  }

  /** Ends listening and cuts off whoever is not a worker of ours. */
  @Override
  public void close() {
    if (!selector.isOpen()) {
      return;
    }
    if (refused > 1) {
      LOG.warn("{} more connections were refused on {}", refused - 1, address);
    }
    List<Closeable> open = new ArrayList<>();
    for (SelectionKey key : selector.keys()) {
      if (key.isValid() && key.attachment() instanceof Caller caller) {
        open.add(caller.channel);
      }
    }
    open.add(selector);
    open.add(listener);
    open.add(() -> Files.deleteIfExists(folder.socket()));
    for (Closeable each : open) {
      try {
        each.close();
      } catch (IOException e) {
        // The worker is not to blame, and may be ready.
        LOG.warn("cannot clean up after a handshake on {}", address, e);
      }
    }
  }

  /** Somebody who has connected. */
  private final class Caller {

    private final SocketChannel channel;
    private ByteBuffer expected = ByteBuffer.allocate(Hello.FRAME_BYTES);
    private Hello.@Nullable Role role;

    Caller(SocketChannel channel) {
      this.channel = channel;
    }

    /** Reads what there is; bytes beyond the hello, or beyond READY, are left alone. */
    void hear() {
      try {
        int read = channel.read(expected);
        if (read < 0) {
          // A worker that dies while it boots ends like this; the process tells more.
          LOG.debug("connection on {} ended within the handshake", address);
          cutOff();
          return;
        }
        if (expected.hasRemaining()) {
          return;
        }
        expected.flip();
        if (role == null) {
          role = Hello.check(expected, token);
          unknown.remove(this);
          pid = Hello.pid(expected);
          if (known.putIfAbsent(role, this) != null) {
            throw new ProtocolException("second connection for " + role);
          }
          expected = ByteBuffer.allocate(ReadyFrame.BYTES);
        } else {
          ReadyFrame.check(expected);
          ready = known.size() == Hello.Role.values().length;
        }
      } catch (IOException e) {
        refuse(e);
        cutOff();
      }
    }

    private void cutOff() {
      unknown.remove(this);
      try {
        channel.close();
      } catch (IOException e) {
        LOG.debug("connection on {} cannot be closed: {}", address, e.toString());
      }
      if (role != null) {
        known.remove(role, this);
      }
    }
  }
}
