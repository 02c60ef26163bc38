package io.github.poolmap.internal.wire;

import java.io.Closeable;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes frames on one socket.
 *
 * <p>One thread reads at a time and one writes at a time, each without waiting for the other: the
 * channel itself is used, not its stream adapters, which lock each other out on JDK 17
 * (JDK-8279339). Interrupting a thread in here closes the channel; nothing of the library does so.
 */
public final class FrameChannel implements Closeable {

  private static final int BUFFER_BYTES = 64 * 1024;

  /** The JDK keeps a direct buffer for each thread as large as the largest array it read into. */
  private static final int AT_A_TIME = 4 * BUFFER_BYTES;

  /** A payload is not allocated faster than it arrives, once it is larger than this. */
  private static final int TRUSTED_BYTES = 1 << 20;

  /** See {@link #doze}. */
  private static final long DOZE_MILLIS = 2;

  private static final byte[] NOTHING = new byte[0];

  private final SocketChannel channel;
  private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER_BYTES).limit(0);

  /** Empty, or holds the frames that are to be written with the next one. */
  private final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER_BYTES);

  private volatile boolean dozing;

  public FrameChannel(SocketChannel channel) {
    this.channel = channel;
  }

  /** Writes a frame without payload. */
  public void write(FrameType type, long id) throws IOException {
    write(type, id, NOTHING, 0, 0);
  }

  /** Writes a frame; returns when the system has taken all of it. */
  public void write(FrameType type, long id, Packer payload) throws IOException {
    write(type, id, payload.array(), 0, payload.size());
  }

  /**
   * Writes a frame together with the one that is written next, which has to follow: the other side
   * is woken once for both. A large one is written at once.
   */
  public synchronized void writeWithNext(FrameType type, long id, byte[] payload)
      throws IOException {
    if (out.position() + 2 * Frame.HEADER_BYTES + payload.length > out.capacity()) {
      write(type, id, payload, 0, payload.length);
    } else {
      putHeader(type, id, payload.length);
      out.put(payload);
    }
  }

  private void putHeader(FrameType type, long id, int length) {
    // In few calls: most workers are young, and interpret this.
    out.putLong((long) Frame.MAGIC << 32 | (long) type.code() << 24).putLong(id).putLong(length);
  }

  /** Writes a frame; returns when the system has taken all of it. */
  public synchronized void write(FrameType type, long id, byte[] payload, int offset, int length)
      throws IOException {
    try {
      putHeader(type, id, length);
      int done = 0;
      do {
        int part = Math.min(length - done, out.remaining());
        out.put(payload, offset + done, part);
        done += part;
        flush();
      } while (done < length);
    } finally {
      out.clear();
    }
  }

  private void flush() throws IOException {
    out.flip();
    while (out.hasRemaining()) {
      if (channel.write(out) == 0) {
        // Only while reads doze.
        Thread.yield();
      }
    }
    out.clear();
  }

  /**
   * Reads the next frame, waiting for it.
   *
   * @return null at the end: the other side, or this one, has closed the socket or is gone
   * @throws ProtocolException if what comes is not a frame
   */
  public @Nullable Frame read() throws IOException {
    return read(Frame.LARGEST_PAYLOAD);
  }

  /**
   * Reads the next frame, waiting for it.
   *
   * @param largest how many bytes its payload may have
   * @return null at the end: the other side, or this one, has closed the socket or is gone
   * @throws ProtocolException if what comes is not a frame, or larger
   */
  public @Nullable Frame read(long largest) throws IOException {
    if (!fill(Frame.HEADER_BYTES)) {
      return null;
    }
    long head = in.getLong();
    int magic = (int) (head >>> 32);
    if (magic != Frame.MAGIC) {
      throw new ProtocolException("not a frame: it begins with " + Integer.toHexString(magic));
    }
    FrameType type = FrameType.ofCode((byte) (head >>> 24));
    long id = in.getLong();
    long length = in.getLong();
    if (length < 0 || length > largest) {
      throw new ProtocolException(
          type + " frame of " + length + " bytes; allowed are 0 to " + largest);
    }
    byte[] payload = readPayload((int) length);
    return payload == null ? null : new Frame(type, id, ByteBuffer.wrap(payload));
  }

  private byte @Nullable [] readPayload(int length) throws IOException {
    byte[] payload = new byte[Math.min(length, TRUSTED_BYTES)];
    int done = 0;
    while (true) {
      int part = Math.min(payload.length - done, in.remaining());
      in.get(payload, done, part);
      done += part;
      if (done == length) {
        return payload;
      }
      if (done == payload.length) {
        payload = Arrays.copyOf(payload, (int) Math.min(length, 2L * done));
      }
      if (!in.hasRemaining() && payload.length - done >= BUFFER_BYTES) {
        // Straight into the payload; what the buffer still holds would come before it.
        int next = Math.min(payload.length - done, AT_A_TIME);
        int read = receive(ByteBuffer.wrap(payload, done, next));
        if (read < 0) {
          return null;
        }
        done += read;
        if (done == length) {
          return payload;
        }
      } else if (!fill(1)) {
        return null;
      }
    }
  }

  /** Sees that so many bytes are in the buffer; false at the end of the stream. */
  private boolean fill(int bytes) {
    while (in.remaining() < bytes) {
      if (in.hasRemaining()) {
        in.compact();
      } else {
        in.clear();
      }
      int read = receive(in);
      in.flip();
      if (read < 0) {
        return false;
      }
    }
    return true;
  }

  /** Reads some bytes. A peer that was killed shows as a reset, which is an end like any other. */
  private int receive(ByteBuffer target) {
    try {
      int read = channel.read(target);
      while (read == 0 && dozing) {
        Thread.sleep(DOZE_MILLIS);
        read = channel.read(target);
      }
      return read;
    } catch (IOException gone) {
      return -1;
    } catch (InterruptedException e) {
      // As it is while the channel itself waits.
      Thread.currentThread().interrupt();
      return -1;
    }
  }

  /**
   * From now on a thread that waits for a frame looks for it now and then, and sleeps in between,
   * instead of waiting within the system: an exiting JVM gives threads that are there 300 ms. Only
   * for a JVM that has set a time for its end: nothing else bounds the looking.
   */
  public void doze() throws IOException {
    dozing = true;
    channel.configureBlocking(false);
  }

  /** Returns how much can be written to a peer that has read everything so far, without waiting. */
  public int sureToFit() throws IOException {
    return channel.getOption(StandardSocketOptions.SO_SNDBUF) / 4;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
