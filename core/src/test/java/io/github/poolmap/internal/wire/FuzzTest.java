package io.github.poolmap.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.poolmap.Task;
import io.github.poolmap.internal.wire.Hello.Role;
import java.io.IOException;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Period;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.AbstractMap.SimpleEntry;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/**
 * A stream that is corrupted, or hostile, is refused: a million random and mutated frames end in
 * frames or in the documented errors, and nothing that they announce is allocated before it has
 * arrived.
 */
@Timeout(value = 90, threadMode = ThreadMode.SEPARATE_THREAD)
class FuzzTest {

  /** Damaged ones; those beside which they travel do not count. */
  private static final int STREAMED = 60_000;

  private static final int DECODED = 100_000;
  private static final int HELLOS = 700_000;

  /** What one frame may cost beside what it brings: a payload is trusted with 1 MB. */
  private static final long BYTES_ALLOWED = 3L << 20;

  /** Objects take more room than what describes them. */
  private static final int BYTES_PER_BYTE_ALLOWED = 500;

  private static final int[] INTERESTING = {
    0, 1, -1, 8, 255, 65_536, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE, Integer.MAX_VALUE - 64
  };

  private static final ClassLoader LOADER = FuzzTest.class.getClassLoader();
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final byte[] token = random(new Random(0), Hello.TOKEN_BYTES);
  private final List<Frame> corpus = corpus();

  @SuppressWarnings("unused") // Written and read by serialization.
  private record Thing(String name, long[] numbers, List<Object> others) implements Serializable {}

  private static Frame frame(FrameType type, byte[] payload) {
    return new Frame(type, 7, ByteBuffer.wrap(payload));
  }

  private static Frame frame(FrameType type, Packer payload) {
    return frame(type, payload.toByteArray());
  }

  private static Packer outcome(Outcome.Kind kind, Object value) {
    Packer packer = new Packer(64);
    int start = Outcome.begin(packer, 3, false, kind, 99, value);
    ItemWriter writer = new ItemWriter();
    switch (kind) {
      case VALUE -> writer.write(packer, value, "value", null);
      case THROWN -> ThrownCodec.encode(packer, (Throwable) value);
      case UNSENDABLE -> packer.putString(value.toString()).putString(null);
    }
    Outcome.end(packer, start, writer, 0);
    return packer;
  }

  /** A frame of each kind, and values of each kind. */
  private List<Frame> corpus() {
    Map<Object, Object> map = new HashMap<>(Map.of("a", 1, 2L, List.of(3.0), 'c', new int[9]));
    Thing thing = new Thing("thing", new long[] {1, 2, 3}, List.of(map, "x", new Object[2]));
    Exception thrown = new IllegalStateException("outer", new IOException("inner"));
    thrown.addSuppressed(new Error("beside"));
    List<Frame> frames = new ArrayList<>();
    frames.add(frame(FrameType.HELLO, Hello.pack(Role.DATA, token)));
    frames.add(frame(FrameType.READY, new byte[0]));
    byte[] function = function(thing);
    frames.add(frame(FrameType.START, Start.pack(1, "worker", null, function)));
    frames.add(frame(FrameType.START, Start.pack(1, "worker", function, function)));
    frames.add(frame(FrameType.RESET, Reset.pack("mark", function)));
    frames.add(frame(FrameType.RESET_DONE, new Leftovers("a thread").pack()));
    frames.add(frame(FrameType.STARTED, new Started(5, 6, thrown, true, 7).pack()));
    frames.add(frame(FrameType.STARTED, new Started(5, 6, null, false, 0).pack()));
    frames.add(frame(FrameType.FUNCTION, function));
    frames.add(frame(FrameType.FUNCTION, lambda(5, "text")));
    Packer chunk = ChunkMessage.begin(1, true, true);
    ItemWriter writer = new ItemWriter();
    int leftOut = 0;
    for (Object value : values(thing)) {
      ChunkMessage.append(chunk, writer, leftOut++, value, null);
      frames.add(frame(FrameType.OUTCOME, outcome(Outcome.Kind.VALUE, value)));
    }
    frames.add(frame(FrameType.CHUNK, chunk));
    frames.add(frame(FrameType.OUTCOME, outcome(Outcome.Kind.THROWN, thrown)));
    frames.add(frame(FrameType.OUTCOME, outcome(Outcome.Kind.UNSENDABLE, "why")));
    frames.add(frame(FrameType.DOORBELL, new Progress(10, 30, 20, 5).pack()));
    frames.add(frame(FrameType.CHUNK_END, new Progress(10, 30, 20, 5).pack()));
    frames.add(frame(FrameType.CANCEL, new Cancel(4, true).pack()));
    frames.add(frame(FrameType.CLASS_REQUEST, new ClassRequest(3, true, "a/B.class").pack()));
    Packer reply = ClassReply.begin("a loader");
    ClassReply.append(reply, "file:/a/B.class", new byte[30]);
    frames.add(frame(FrameType.CLASS_REPLY, reply));
    frames.add(frame(FrameType.CLASS_REPLY, ClassReply.failed("why")));
    frames.add(frame(FrameType.BYE, new byte[0]));
    return frames;
  }

  private enum Level {
    LOW,
    HIGH {}
  }

  @SuppressWarnings("unused") // As above.
  private record Tagged(
      int i, long j, double d, boolean z, byte b, short s, char c, float f, Object any)
      implements Serializable {}

  /** Values of each tag, and one that is serialized. */
  private static List<Object> values(Object thing) {
    List<Object> shared = List.of(1, 2);
    LinkedHashMap<Object, Object> byAccess = new LinkedHashMap<>(4, 0.75f, true);
    byAccess.put("k", "v");
    Tagged tagged =
        new Tagged(1, 2, 3, true, (byte) 4, (short) 5, '6', 7, new ArrayList<>(List.of("a", 1)));
    ArrayDeque<Object> serialized = new ArrayDeque<>(List.of(new StringBuilder("x")));
    return Arrays.asList(
        null,
        1,
        2L,
        3.0,
        true,
        "text",
        "\ud83d\u1234",
        new byte[5],
        thing,
        tagged,
        new Object[] {tagged, Level.LOW, Level.HIGH, shared, shared},
        Arrays.asList((byte) 1, (short) 2, 'c', 4f, BigInteger.TEN, new BigDecimal("1.50")),
        List.of(new UUID(1, 2), Instant.EPOCH, Duration.ofSeconds(1, 2), Period.of(1, 2, 3)),
        List.of(ZonedDateTime.of(2024, 1, 2, 3, 4, 5, 6, ZoneId.of("Europe/Berlin"))),
        List.of(LocalDateTime.MIN, LocalDateTime.MIN.atOffset(ZoneOffset.MAX)),
        new LinkedList<>(List.of(LocalDate.MIN, LocalTime.MAX)),
        Arrays.asList(new boolean[2], new short[3], new char[4], new int[5], new long[6]),
        Stream.of(new float[2], new double[3], List.of(), null).toList(),
        List.of(Path.of("/tmp/a"), Path.of("")),
        Set.of(1, 2, 3),
        Map.of(1, 2, 3, 4),
        new HashSet<>(List.of("a", "b")),
        new LinkedHashSet<>(List.of("a", "b")),
        new TreeSet<>(List.of("a", "b")),
        new TreeMap<>(Map.of("a", 1, "b", 2)),
        new LinkedHashMap<>(Map.of("a", 1, "b", 2)),
        byAccess,
        new ArrayDeque<>(List.of(1, 2)),
        Collections.singletonList(1),
        Collections.singleton(1),
        Collections.singletonMap(1, 2),
        Map.entry(1, 2).getKey(),
        new SimpleEntry<>(1, 2),
        new SimpleImmutableEntry<>(1, 2),
        serialized);
  }

  private static byte[] function(Object captured) {
    Packer value = new Packer(64);
    ObjectCodec.encode(value, captured, "value");
    ByteBuffer bytes = ByteBuffer.wrap(value.toByteArray());
    List<FunctionMessage.Variable> variables =
        List.of(new FunctionMessage.Variable("a.B", "field", bytes));
    byte[] function = FunctionCodec.serialize(captured, "function", null);
    return FunctionMessage.pack(5, variables, function).toByteArray();
  }

  private static byte[] lambda(int number, String text) {
    Task<Object> task = () -> number + text;
    byte[] function = FunctionCodec.pack(Objects.requireNonNull(LambdaForm.of(task)));
    return FunctionMessage.pack(5, List.of(), function).toByteArray();
  }

  private static byte[] payloadOf(Frame frame) {
    return frame.payload().array().clone();
  }

  private static byte[] bytesOf(Frame frame) {
    byte[] payload = payloadOf(frame);
    return ByteBuffer.allocate(Frame.HEADER_BYTES + payload.length)
        .putInt(Frame.MAGIC)
        .put(frame.type().code())
        .put(new byte[3])
        .putLong(frame.id())
        .putLong(payload.length)
        .put(payload)
        .array();
  }

  private static byte[] random(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Returns the bytes with something about them changed. */
  private static byte[] mutate(Random random, byte[] original) {
    byte[] bytes = original;
    for (int changes = 1 + random.nextInt(3); changes > 0 && bytes.length > 0; changes--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(8)) {
        case 0, 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> bytes[at] = (byte) random.nextInt();
        case 3, 4 -> {
          if (at + 4 <= bytes.length) {
            ByteBuffer.wrap(bytes).putInt(at, INTERESTING[random.nextInt(INTERESTING.length)]);
          }
        }
        case 5 -> bytes = Arrays.copyOf(bytes, at);
        case 6 -> {
          byte[] more = random(random, 1 + random.nextInt(8));
          byte[] longer = Arrays.copyOf(bytes, bytes.length + more.length);
          System.arraycopy(bytes, at, longer, at + more.length, bytes.length - at);
          System.arraycopy(more, 0, longer, at, more.length);
          bytes = longer;
        }
        default -> {
          // A part of it stands where another should.
          int from = random.nextInt(bytes.length);
          int length = Math.min(random.nextInt(16), bytes.length - Math.max(at, from));
          System.arraycopy(bytes, from, bytes, at, length);
        }
      }
    }
    return bytes;
  }

  /** The same, and sure to be another one. */
  private static byte[] mutated(Random random, byte[] original) {
    byte[] bytes = mutate(random, original.clone());
    while (Arrays.equals(bytes, original)) {
      bytes = original.length == 0 ? random(random, 1) : mutate(random, original.clone());
    }
    return bytes;
  }

  /** What may be measured. */
  @FunctionalInterface
  private interface Decoder {
    void decode() throws Exception;
  }

  /** Runs it and checks what it allocated, whether it succeeds or not. */
  private static void bounded(int bytes, Decoder decoder) throws Exception {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    try {
      decoder.decode();
    } finally {
      long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
      assertThat(allocated)
          .as("allocated for %s bytes", bytes)
          .isLessThan(BYTES_ALLOWED + (long) bytes * BYTES_PER_BYTE_ALLOWED);
    }
  }

  // ---- frames

  /** Sends what it is given, in pieces. */
  private static final class Bytes extends SocketChannel {
    private final ByteBuffer bytes;
    private final Random random;

    Bytes(byte[] bytes, Random random) {
      super(SelectorProvider.provider());
      this.bytes = ByteBuffer.wrap(bytes);
      this.random = random;
    }

    @Override
    public int read(ByteBuffer target) {
      if (!bytes.hasRemaining()) {
        return -1;
      }
      int part = Math.min(target.remaining(), bytes.remaining());
      part = random.nextInt(4) == 0 ? 1 + random.nextInt(part) : part;
      target.put(bytes.slice(bytes.position(), part));
      bytes.position(bytes.position() + part);
      return part;
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int write(ByteBuffer source) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public SocketChannel bind(SocketAddress local) {
      throw new UnsupportedOperationException();
    }

    @Override
    public <T> SocketChannel setOption(SocketOption<T> name, T value) {
      throw new UnsupportedOperationException();
    }

    @Override
    public <T> T getOption(SocketOption<T> name) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
      return Set.of();
    }

    @Override
    public SocketChannel shutdownInput() {
      throw new UnsupportedOperationException();
    }

    @Override
    public SocketChannel shutdownOutput() {
      throw new UnsupportedOperationException();
    }

    @Override
    public java.net.Socket socket() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isConnected() {
      return true;
    }

    @Override
    public boolean isConnectionPending() {
      return false;
    }

    @Override
    public boolean connect(SocketAddress remote) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean finishConnect() {
      return true;
    }

    @Override
    public SocketAddress getRemoteAddress() {
      throw new UnsupportedOperationException();
    }

    @Override
    public SocketAddress getLocalAddress() {
      throw new UnsupportedOperationException();
    }

    @Override
    protected void implCloseSelectableChannel() {
      // Nothing is open.
    }

    @Override
    protected void implConfigureBlocking(boolean block) {
      throw new UnsupportedOperationException();
    }
  }

  @Test
  void streamsOfDamagedFramesEndInAnError() throws Exception {
    Random random = new Random(1);
    int refused = 0;
    int arrived = 0;
    for (int i = 0; i < STREAMED; i++) {
      Packer stream = new Packer(512);
      boolean behindAnother = random.nextInt(4) == 0;
      if (behindAnother) {
        stream.putBytes(bytesOf(corpus.get(random.nextInt(corpus.size()))));
      }
      stream.putBytes(
          random.nextInt(20) == 0
              ? random(random, random.nextInt(100))
              : mutated(random, bytesOf(corpus.get(random.nextInt(corpus.size())))));
      byte[] bytes = stream.toByteArray();
      FrameChannel channel = new FrameChannel(new Bytes(bytes, random));
      int before = arrived;
      boolean ended = false;
      try {
        while (!ended) {
          Frame[] frame = new Frame[1];
          bounded(bytes.length, () -> frame[0] = channel.read());
          ended = frame[0] == null;
          arrived += ended ? 0 : 1;
        }
      } catch (ProtocolException e) {
        refused++;
      }
      assertThat(arrived - before)
          .as("frames of stream %s", i)
          .isGreaterThanOrEqualTo(behindAnother ? 1 : 0);
    }
    // Damage to a payload, or to an id, is nothing that a frame could show.
    assertThat(refused).isGreaterThan(STREAMED / 4);
    assertThat(arrived).isGreaterThan(STREAMED / 4);
  }

  // ---- payloads

  /** Reads a payload as the side does that it is for. */
  private static void decode(FrameType type, ByteBuffer payload) throws Exception {
    switch (type) {
      case HELLO, READY, BYE -> payload.clear();
      case START -> {
        Start start = Start.read(payload);
        if (start.codec() != null) {
          decodeFunction(start.codec());
        }
        decodeFunction(start.effect());
      }
      case STARTED -> Started.read(payload, LOADER);
      case FUNCTION -> decodeFunction(FunctionMessage.read(payload));
      case RESET -> decodeFunction(Reset.read(payload).effect());
      case RESET_DONE -> Leftovers.read(payload);
      case CLASS_REQUEST -> ClassRequest.read(payload);
      case CLASS_REPLY -> ClassReply.read(payload);
      case CHUNK -> {
        ChunkMessage message = ChunkMessage.read(payload);
        ItemReader reader = new ItemReader(new KnownClasses(LOADER));
        while (message.hasNext()) {
          message.nextPosition();
          ByteBuffer item = message.item(reader);
          decodeObject(item, () -> reader.read(item), isSerialized(item));
        }
      }
      case OUTCOME -> {
        Outcome.Reader outcome = new Outcome.Reader(payload, -1);
        outcome.next();
        switch (outcome.kind()) {
          case VALUE -> {
            ItemReader reader = new ItemReader(new KnownClasses(LOADER));
            ByteBuffer item = outcome.contents();
            outcome.define(reader);
            decodeObject(item, () -> reader.read(item), isSerialized(item));
          }
          case THROWN -> ThrownCodec.decode(outcome.contents(), LOADER);
          case UNSENDABLE -> {
            Outcome.text(outcome.contents());
            Outcome.text(outcome.contents());
          }
        }
      }
      case DOORBELL, CHUNK_END -> Progress.read(payload);
      case CANCEL -> Cancel.read(payload);
    }
  }

  private static void decodeFunction(FunctionMessage message) throws IOException {
    for (FunctionMessage.Variable each : message.variables()) {
      ByteBuffer value = each.value();
      decodeObject(value, () -> ObjectCodec.decode(value, LOADER), isSerialized(value));
    }
    ByteBuffer function = message.bytes();
    decodeObject(
        function,
        () -> FunctionCodec.read(function, new KnownClasses(LOADER)),
        isSerializedFunction(function));
  }

  private static boolean isSerializedFunction(ByteBuffer bytes) {
    return bytes.hasRemaining() && bytes.get(bytes.position()) == FunctionCodec.SERIALIZED;
  }

  private static boolean isSerialized(ByteBuffer bytes) {
    return bytes.hasRemaining() && bytes.get(bytes.position()) == Tags.SERIALIZED;
  }

  /** Serialized objects run code of their own, which may throw; memory and stack must suffice. */
  private static void decodeObject(ByteBuffer bytes, Decoder decoder, boolean serialized)
      throws IOException {
    try {
      decoder.decode();
    } catch (IOException e) {
      throw e;
    } catch (ClassNotFoundException e) {
      // Documented.
      return;
    } catch (RuntimeException | InternalError | LinkageError e) {
      // The second is what the JDK's own collections throw.
      if (!serialized) {
        throw e;
      }
    } catch (Exception e) {
      throw new AssertionError("not documented, with " + bytes, e);
    }
  }

  @Test
  void damagedPayloadsAreRefused() throws Exception {
    Random random = new Random(2);
    int refused = 0;
    for (int i = 0; i < DECODED; i++) {
      Frame frame = corpus.get(random.nextInt(corpus.size()));
      byte[] bytes =
          random.nextInt(10) == 0
              ? random(random, random.nextInt(200))
              : mutated(random, payloadOf(frame));
      try {
        bounded(bytes.length, () -> decode(frame.type(), ByteBuffer.wrap(bytes)));
      } catch (IOException e) {
        refused++;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("round " + i + ", " + frame.type(), e);
      }
    }
    assertThat(refused).isGreaterThan(DECODED / 4);
  }

  // ---- the handshake

  @Test
  void damagedHellosAreRefused() throws Exception {
    Random random = new Random(3);
    Frame frame = corpus.get(0);
    int known = 0;
    for (int i = 0; i < HELLOS; i++) {
      byte[] bytes =
          random.nextInt(10) == 0
              ? random(random, Hello.FRAME_BYTES)
              : Arrays.copyOf(mutated(random, bytesOf(frame)), Hello.FRAME_BYTES);
      try {
        bounded(bytes.length, () -> Hello.check(ByteBuffer.wrap(bytes), token));
        known++;
        // Only what nobody looks at was changed.
        assertThat(Arrays.copyOfRange(bytes, Frame.HEADER_BYTES + 5, Hello.FRAME_BYTES))
            .isEqualTo(token);
      } catch (ProtocolException e) {
        bounded(
            Frame.HEADER_BYTES,
            () -> {
              try {
                ReadyFrame.check(ByteBuffer.wrap(bytes, 0, ReadyFrame.BYTES));
              } catch (ProtocolException documented) {
                assertThat(documented.getMessage()).isNotEmpty();
              }
            });
      }
    }
    assertThat(known).isLessThan(HELLOS / 2);
  }
}
