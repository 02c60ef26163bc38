package io.github.poolmap.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import io.github.poolmap.Logs;
import io.github.poolmap.internal.wire.Address;
import io.github.poolmap.internal.wire.Frame;
import io.github.poolmap.internal.wire.FrameChannel;
import io.github.poolmap.internal.wire.FrameType;
import io.github.poolmap.internal.wire.Hello;
import io.github.poolmap.internal.wire.Hello.Role;
import io.github.poolmap.internal.wire.WorkerFolder;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Anyone on the host may try to connect; nobody but the worker gets in or holds it up. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
class HandshakeTest {

  private static final int HOSTILE = 3_000;

  private static final Duration LONG = Duration.ofSeconds(20);

  private final byte[] token = new byte[Hello.TOKEN_BYTES];
  private final List<SocketChannel> open = new ArrayList<>();
  private final ExecutorService parent = Executors.newSingleThreadExecutor();
  private WorkerFolder folder;
  private Path socket;
  private Process process;
  private Handshake handshake;

  @BeforeEach
  void listen() throws IOException {
    token[5] = 7;
    folder =
        new WorkerFolder(
            Files.createTempDirectory(Path.of(System.getProperty("java.io.tmpdir")), "hs"));
    socket = folder.socket();
    process = new ProcessBuilder("sleep", "60").start();
    handshake = Handshake.listen(folder, token, transport());
  }

  Transport transport() {
    return Transport.UNIX;
  }

  @AfterEach
  void close() throws Exception {
    for (SocketChannel channel : open) {
      channel.close();
    }
    if (handshake != null) {
      handshake.close();
    }
    parent.shutdown();
    assertThat(parent.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    process.destroyForcibly().waitFor();
  }

  private void stopListening() throws IOException {
    Handshake closing = handshake;
    handshake = null;
    closing.close();
  }

  private Future<Handshake.Sockets> awaitWorker(Duration timeout) {
    Handshake listening = handshake;
    return parent.submit(() -> listening.await(process, timeout));
  }

  private SocketChannel dial() throws IOException {
    SocketChannel channel = Address.read(folder).dial(folder);
    open.add(channel);
    return channel;
  }

  private FrameChannel hello(Role role, byte[] shown) throws IOException {
    FrameChannel channel = new FrameChannel(dial());
    channel.write(FrameType.HELLO, 1, Hello.pack(role, shown));
    return channel;
  }

  /** What the worker does. */
  private void assertWorkerGetsThrough(Future<Handshake.Sockets> sockets) throws Exception {
    FrameChannel control = hello(Role.CONTROL, token);
    FrameChannel data = hello(Role.DATA, token);
    data.write(FrameType.READY, 1);
    data.write(FrameType.DOORBELL, 99);
    Handshake.Sockets connected = sockets.get(10, TimeUnit.SECONDS);
    assertThat(connected).isNotNull();
    stopListening();

    assertThat(connected.data().read().id()).as("bytes behind READY are left alone").isEqualTo(99);
    connected.control().write(FrameType.CANCEL, 3);
    Frame order = control.read();
    assertThat(order.type()).isEqualTo(FrameType.CANCEL);
    assertThat(order.id()).isEqualTo(3);
    connected.data().close();
    connected.control().close();
  }

  private static void assertCutOff(SocketChannel stranger) {
    await()
        .atMost(LONG)
        .until(
            () -> {
              try {
                return stranger.read(ByteBuffer.allocate(100)) < 0;
              } catch (SocketException reset) {
                return true;
              }
            });
  }

  @Test
  void theWorkerGetsThroughAndThenNothingListens() throws Exception {
    assertWorkerGetsThrough(awaitWorker(LONG));
    assertThat(socket).doesNotExist();
    assertThatExceptionOfType(SocketException.class).isThrownBy(this::dial);
  }

  @Test
  void strangersAreCutOffWhileTheWorkerGetsThrough() throws Exception {
    try (Logs logs = new Logs()) {
      Future<Handshake.Sockets> sockets = awaitWorker(LONG);
      byte[] wrong = token.clone();
      wrong[31]++;
      SocketChannel silent = dial();
      SocketChannel halfAsLong = dial();
      halfAsLong.write(ByteBuffer.wrap(new byte[] {'P', 'M', 'A', 'P', 1}));
      hello(Role.DATA, wrong);
      SocketChannel wrongToken = open.get(open.size() - 1);
      SocketChannel garbage = dial();
      garbage.write(ByteBuffer.wrap("GET / HTTP/1.1\r\n\r\n".repeat(20).getBytes("US-ASCII")));
      dial().close();
      assertWorkerGetsThrough(sockets);
      for (SocketChannel stranger : List.of(silent, halfAsLong, wrongToken, garbage)) {
        assertCutOff(stranger);
      }
      assertThat(logs.messages(Level.WARN))
          .hasSize(2)
          .anyMatch(message -> message.startsWith("connection refused on "))
          .anyMatch(message -> message.startsWith("1 more connections were refused on "));
    }
  }

  /** What such a stranger may do: send anything, in pieces, stay, or go. */
  private void beHostile(Random random) throws IOException {
    SocketChannel stranger = dial();
    ByteBuffer hello = ByteBuffer.allocate(Hello.FRAME_BYTES + random.nextInt(100));
    random.nextBytes(hello.array());
    if (random.nextBoolean()) {
      // A hello with a wrong token, or with anything else that is wrong.
      hello.put(new byte[] {'P', 'M', 'A', 'P', 1, 0, 0, 0}).putLong(1);
      hello.putLong(Hello.FRAME_BYTES - 24).putInt(1).put((byte) random.nextInt(2)).rewind();
      hello.put(random.nextInt(32), (byte) random.nextInt());
    }
    if (random.nextInt(3) == 0) {
      hello.limit(random.nextInt(hello.capacity()));
    }
    try {
      while (hello.hasRemaining()) {
        ByteBuffer piece = hello.slice(hello.position(), 1 + random.nextInt(hello.remaining()));
        hello.position(hello.position() + stranger.write(piece));
      }
    } catch (IOException cutOff) {
      assertThat(hello.position()).as("what a stranger could say").isPositive();
    }
    if (random.nextInt(3) == 0) {
      stranger.close();
    }
  }

  @Test
  void thousandsOfHostileConnectionsDoNotKeepTheWorkerOut() throws Exception {
    try (Logs logs = new Logs()) {
      Future<Handshake.Sockets> sockets = awaitWorker(LONG);
      Random random = new Random(1);
      for (int i = 0; i < HOSTILE; i++) {
        try {
          beHostile(random);
        } catch (SocketException full) {
          // Connections that nobody has accepted yet have a limit.
          i--;
        }
        if (open.size() > 100) {
          open.remove(0).close();
        }
      }
      assertWorkerGetsThrough(sockets);
      List<String> warnings = logs.messages(Level.WARN);
      assertThat(warnings).hasSize(2);
      assertThat(warnings.get(1)).contains(" more connections were refused on ");
      assertThat(Integer.parseInt(warnings.get(1).split(" ")[0])).isGreaterThan(HOSTILE / 3);
    }
  }

  /** Each of them costs a descriptor of the program. */
  @Test
  void ofManySilentStrangersTheOldestAreCutOff() throws Exception {
    Future<Handshake.Sockets> sockets = awaitWorker(LONG);
    FrameChannel control = hello(Role.CONTROL, token);
    List<SocketChannel> silent = new ArrayList<>();
    while (silent.size() < 100) {
      try {
        silent.add(dial());
      } catch (SocketException full) {
        // Those that nobody has accepted yet have a limit.
        Thread.onSpinWait();
      }
    }
    for (SocketChannel stranger : silent.subList(0, 36)) {
      assertCutOff(stranger);
    }
    FrameChannel data = hello(Role.DATA, token);
    data.write(FrameType.READY, 1);
    Handshake.Sockets connected = sockets.get(10, TimeUnit.SECONDS);
    connected.control().write(FrameType.BYE, 0);
    assertThat(control.read().type()).isEqualTo(FrameType.BYE);
  }

  /** As when the program has no descriptor left for a while. */
  @Test
  void aWorkerWhoseConnectionCannotBeTakenIsTakenLater() throws Exception {
    stopListening();
    AtomicInteger failures = new AtomicInteger();
    long end = System.nanoTime() + 500_000_000;
    handshake =
        Handshake.listen(
            folder,
            token,
            transport(),
            listener -> {
              if (System.nanoTime() < end) {
                failures.incrementAndGet();
                throw new IOException("Too many open files");
              }
              return listener.accept();
            });
    try (Logs logs = new Logs()) {
      assertWorkerGetsThrough(awaitWorker(LONG));
      assertThat(failures).as("looks within half a second").hasValueBetween(1, 30);
      assertThat(logs.messages(Level.WARN).get(0)).contains("Too many open files");
    }
  }

  /** The token is known to the worker alone; so this is a worker of ours that has gone mad. */
  @Test
  void aWorkerThatSaysSomethingElseInsteadOfReadyIsCutOff() throws Exception {
    try (Logs logs = new Logs()) {
      Future<Handshake.Sockets> sockets = awaitWorker(Duration.ofMillis(500));
      hello(Role.CONTROL, token);
      FrameChannel data = hello(Role.DATA, token);
      data.write(FrameType.DOORBELL, 1);
      assertCutOff(open.get(1));
      assertThat(sockets.get(5, TimeUnit.SECONDS)).isNull();
      assertThat(logs.messages(Level.WARN)).anyMatch(message -> message.contains("not a READY"));
    }
  }

  /** Asks without waiting; the other side has closed it already, if it does. */
  private static boolean staysOpen(SocketChannel channel) throws IOException {
    try {
      return channel.read(ByteBuffer.allocate(1)) == 0;
    } catch (SocketException reset) {
      return false;
    }
  }

  @Test
  void aSecondCallerInTheSameRoleIsCutOff() throws Exception {
    try (Logs logs = new Logs()) {
      Future<Handshake.Sockets> sockets = awaitWorker(LONG);
      FrameChannel first = hello(Role.CONTROL, token);
      FrameChannel second = hello(Role.CONTROL, token);
      // Which of them is the second one is for the selector to say.
      await().atMost(LONG).until(() -> !logs.messages(Level.WARN).isEmpty());
      SocketChannel oneOfThem = open.get(0);
      oneOfThem.configureBlocking(false);
      boolean firstStays = staysOpen(oneOfThem);
      oneOfThem.configureBlocking(true);
      assertCutOff(open.get(firstStays ? 1 : 0));
      FrameChannel control = firstStays ? first : second;
      FrameChannel data = hello(Role.DATA, token);
      data.write(FrameType.READY, 1);
      Handshake.Sockets connected = sockets.get(10, TimeUnit.SECONDS);
      connected.control().write(FrameType.BYE, 0);
      assertThat(control.read().type()).isEqualTo(FrameType.BYE);
      assertThat(logs.messages(Level.WARN)).hasSize(1);
    }
  }

  @Test
  void aChildThatDiesBeforeItConnectsIsNoticedAtOnce() throws Exception {
    Future<Handshake.Sockets> sockets = awaitWorker(LONG);
    process.destroyForcibly();
    assertThat(sockets.get(5, TimeUnit.SECONDS)).isNull();
  }

  @Test
  void aChildThatStaysSilentIsGivenUpInTime() throws Exception {
    hello(Role.CONTROL, token);
    assertThat(awaitWorker(Duration.ofMillis(200)).get(5, TimeUnit.SECONDS)).isNull();
    assertThat(process.isAlive()).isTrue();
  }

  @Test
  void closingWithoutAWorkerLeavesNothing() throws Exception {
    stopListening();
    assertThat(socket).doesNotExist();
    assertThatExceptionOfType(SocketException.class).isThrownBy(this::dial);
  }
}
