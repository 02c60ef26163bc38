package io.github.poolmap.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
class FrameChannelTest {

  private final ExecutorService other = Executors.newCachedThreadPool();
  private SocketChannel ours;
  private SocketChannel theirs;
  private FrameChannel here;
  private FrameChannel there;

  @BeforeEach
  void connect() throws IOException {
    SocketChannel[] ends = connected();
    ours = ends[0];
    theirs = ends[1];
    here = new FrameChannel(ours);
    there = new FrameChannel(theirs);
  }

  /** Two sockets that are connected to each other. */
  SocketChannel[] connected() throws IOException {
    Path temp = Path.of(System.getProperty("java.io.tmpdir"));
    WorkerFolder folder = new WorkerFolder(Files.createTempDirectory(temp, "fc"));
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(folder.socket()));
      return new SocketChannel[] {Address.UNIX.dial(folder), server.accept()};
    }
  }

  @AfterEach
  void close() throws IOException {
    other.shutdownNow();
    here.close();
    there.close();
  }

  private static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(
      ints = {0, 1, 65_511, 65_512, 65_513, 65_536, 1 << 20, (1 << 20) + 1, 5_000_000, 33_000_000})
  void framesOfAnySizeArriveWhole(int size) throws Exception {
    byte[] payload = bytes(size);
    Future<?> writer =
        other.submit(
            () -> {
              here.write(FrameType.CHUNK, 77, payload, 0, size);
              here.write(FrameType.CHUNK_END, -1);
              return null;
            });
    Frame frame = there.read();
    assertThat(frame.type()).isEqualTo(FrameType.CHUNK);
    assertThat(frame.id()).isEqualTo(77);
    assertThat(frame.payload().equals(ByteBuffer.wrap(payload))).isTrue();
    Frame next = there.read();
    assertThat(next.type()).isEqualTo(FrameType.CHUNK_END);
    assertThat(next.id()).isEqualTo(-1);
    assertThat(next.payload().hasRemaining()).isFalse();
    writer.get();
  }

  @Test
  void aPartOfAnArrayIsAPayloadToo() throws IOException {
    here.write(FrameType.OUTCOME, 1, new byte[] {1, 2, 3, 4}, 1, 2);
    assertThat(there.read().payload()).isEqualTo(ByteBuffer.wrap(new byte[] {2, 3}));
  }

  @Test
  void manySmallFramesArriveInOrder() throws Exception {
    Future<?> writer =
        other.submit(
            () -> {
              for (int i = 0; i < 20_000; i++) {
                here.write(FrameType.DOORBELL, i, bytes(i % 50), 0, i % 50);
              }
              return null;
            });
    for (int i = 0; i < 20_000; i++) {
      Frame frame = there.read();
      assertThat(frame.id()).isEqualTo(i);
      assertThat(frame.payload().remaining()).isEqualTo(i % 50);
    }
    writer.get();
  }

  /** JDK-8279339: the stream adapters of one channel lock each other out. */
  @Test
  void aBlockedReaderDoesNotHoldUpAWriter() throws Exception {
    Future<Frame> reader = other.submit(() -> here.read());
    byte[] large = bytes(4 << 20);
    Future<Frame> echo = other.submit(() -> there.read());
    here.write(FrameType.CHUNK, 1, large, 0, large.length);
    assertThat(echo.get().payload().remaining()).isEqualTo(large.length);
    there.write(FrameType.CHUNK_END, 2);
    assertThat(reader.get().id()).isEqualTo(2);
  }

  @Test
  void theEndOfTheOtherSideIsTheEnd() throws IOException {
    here.write(FrameType.READY, 5);
    here.close();
    assertThat(there.read().type()).isEqualTo(FrameType.READY);
    assertThat(there.read()).isNull();
    assertThat(there.read()).isNull();
  }

  @Test
  void anEndWithinAFrameIsAnEndToo() throws IOException {
    ours.write(ByteBuffer.wrap(new byte[] {'P', 'M', 'A', 'P', 4}));
    here.close();
    assertThat(there.read()).isNull();
  }

  @Test
  void closingThisSideWakesItsReader() throws Exception {
    Future<Frame> reader = other.submit(() -> here.read());
    here.close();
    assertThat(reader.get()).isNull();
  }

  private static ByteBuffer header(int magic, int type, long length) {
    return ByteBuffer.allocate(24)
        .putInt(magic)
        .put((byte) type)
        .put(new byte[3])
        .putLong(1)
        .putLong(length)
        .flip();
  }

  @Test
  void whatIsNoFrameIsRefused() throws IOException {
    ours.write(header(0x47455420, 1, 0));
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(() -> there.read())
        .withMessageContaining("47455420");
  }

  private static IntStream unknownTypes() {
    return IntStream.of(0, FrameType.values().length + 1, -1, 127);
  }

  @ParameterizedTest
  @MethodSource("unknownTypes")
  void anUnknownTypeIsRefused(int type) throws IOException {
    ours.write(header(Frame.MAGIC, type, 0));
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(() -> there.read())
        .withMessageContaining(Integer.toString(type));
  }

  @Test
  void aReaderMayWantLess() throws IOException {
    here.write(FrameType.CLASS_REQUEST, 1, new byte[10], 0, 10);
    here.write(FrameType.CLASS_REQUEST, 2, new byte[11], 0, 11);
    assertThat(there.read(10).payload().remaining()).isEqualTo(10);
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(() -> there.read(10))
        .withMessageContainingAll("CLASS_REQUEST", "11", "10");
  }

  @Test
  void aDozingReaderSleepsUntilAFrameComesAndHearsOfTheEnd() throws Exception {
    there.doze();
    AtomicReference<Frame> read = new AtomicReference<>();
    FutureTask<Frame> reader =
        new FutureTask<>(
            () -> {
              read.set(there.read());
              return there.read();
            });
    Thread thread = new Thread(reader);
    thread.start();
    await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
    byte[] large = new byte[1 << 20];
    large[large.length - 1] = 7;
    here.write(FrameType.CLASS_REPLY, 5, large, 0, large.length);
    await().until(() -> read.get() != null);
    assertThat(read.get().payload().array()).isEqualTo(large);
    // The other direction has become impatient as well, and must not lose anything.
    Thread writer =
        new Thread(
            () -> {
              try {
                there.write(FrameType.CLASS_REQUEST, 6, large, 0, large.length);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    writer.start();
    assertThat(here.read().payload().array()).isEqualTo(large);
    writer.join();
    here.close();
    assertThat(reader.get(5, TimeUnit.SECONDS)).isNull();
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, 1L << 31, Long.MAX_VALUE})
  void aLengthBeyondTheLimitsIsRefusedBeforeItIsAllocated(long length) throws IOException {
    ours.write(header(Frame.MAGIC, 4, length));
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(() -> there.read())
        .withMessageContaining(Long.toString(length));
  }

  @Test
  void anAnnouncedLengthIsNotAllocatedBeforeItArrives() throws IOException {
    ours.write(header(Frame.MAGIC, 4, Frame.LARGEST_PAYLOAD));
    ours.write(ByteBuffer.wrap(new byte[1000]));
    here.close();
    assertThat(there.read()).isNull();
  }

  @Test
  void aFrameForTheNextComesWithIt() throws IOException {
    here.writeWithNext(FrameType.FUNCTION, 1, bytes(10));
    here.writeWithNext(FrameType.FUNCTION, 2, bytes(20));
    here.write(FrameType.CHUNK, 3, bytes(30), 0, 30);
    here.write(FrameType.CHUNK, 4, bytes(40), 0, 40);
    for (int id = 1; id <= 4; id++) {
      Frame frame = there.read();
      assertThat(frame.id()).isEqualTo(id);
      assertThat(frame.payload().array()).isEqualTo(bytes(10 * id));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {65_463, 65_464, 65_465, 65_487, 65_488, 65_489, 65_536, 200_000})
  void aFrameForTheNextMayBeAsLargeAsAnyOther(int size) throws Exception {
    Future<?> writer =
        other.submit(
            () -> {
              here.writeWithNext(FrameType.FUNCTION, 1, bytes(100));
              here.writeWithNext(FrameType.FUNCTION, 2, bytes(size));
              here.write(FrameType.CHUNK, 3, bytes(size), 0, size);
              return null;
            });
    assertThat(there.read().payload().array()).isEqualTo(bytes(100));
    for (int id = 2; id <= 3; id++) {
      Frame frame = there.read();
      assertThat(frame.id()).isEqualTo(id);
      assertThat(frame.payload().array()).isEqualTo(bytes(size));
    }
    writer.get(5, TimeUnit.SECONDS);
  }

  /** A chunk sent ahead must not block: the worker may itself be blocked in writing. */
  @Test
  void whatIsSureToFitDoesNotWaitForAReader() throws IOException {
    for (FrameChannel channel : List.of(here, there)) {
      int fits = channel.sureToFit();
      assertThat(fits).isGreaterThan(10_000);
      // Sent in as many frames as a chunk sent ahead may take, and the largest of them last.
      channel.write(FrameType.FUNCTION, 1, new byte[1000], 0, 1000);
      channel.write(FrameType.CHUNK, 1, new byte[fits], 0, fits - 1000 - 1024);
    }
  }

  @Test
  void aPeerThatIsGoneWithBytesUnreadIsAnEnd() throws IOException {
    there.write(FrameType.DOORBELL, 7);
    here.write(FrameType.CHUNK, 1, new byte[1000], 0, 1000);
    there.close();
    // On TCP this is a reset, behind which what was sent before can still be read.
    assertThat(here.read().id()).isEqualTo(7);
    assertThat(here.read()).isNull();
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(
            () -> {
              for (int i = 0; i < 100; i++) {
                here.write(FrameType.CHUNK, 1, new byte[1000], 0, 1000);
              }
            });
    assertThat(here.read()).isNull();
  }
}
