package io.github.poolmap.internal.wire;

import java.nio.ByteBuffer;

/**
 * What became of an item, as the worker writes it: position, kind, time, length, contents.
 *
 * @param position the item's position in its chunk
 * @param kind how to read the contents
 * @param nanos how long it took, 0 if nobody asked
 * @param contents the value, or what is known of the failure
 */
public record Outcome(int position, Kind kind, long nanos, ByteBuffer contents) {

  /** What an outcome can be. */
  public enum Kind {
    /** The contents are an object. */
    VALUE,
    /** The function threw: {@link ThrownCodec}. */
    THROWN,
    /** The result, or the item on its way in, could not be converted: message and field path. */
    UNSENDABLE;

    private static final Kind[] ALL = values();
  }

  /** Position, kind, time and length. */
  private static final int HEADER_BYTES = 4 + 1 + 8 + 4;

  /** Begins an outcome at the end of the packer. Returns what {@link #end} needs. */
  public static int begin(Packer packer, int position, Kind kind, long nanos) {
    int start = packer.size();
    packer.putInt(position).putByte(kind.ordinal()).putLong(nanos).putInt(0);
    return start;
  }

  public static void end(Packer packer, int start) {
    packer.setInt(start + HEADER_BYTES - 4, packer.size() - start - HEADER_BYTES);
  }

  /** Reads the next outcome; its contents stay where they are. */
  public static Outcome read(ByteBuffer from) throws ProtocolException {
    if (from.remaining() < HEADER_BYTES) {
      throw new ProtocolException("outcome ends too early");
    }
    int position = from.getInt();
    int kind = from.get();
    if (kind < 0 || kind >= Kind.ALL.length) {
      throw new ProtocolException("outcome of unknown kind " + kind);
    }
    long nanos = from.getLong();
    return new Outcome(position, Kind.ALL[kind], nanos, Unpacker.slice(from, from.getInt()));
  }

  /** Reads the message of an {@link Kind#UNSENDABLE}, then its path. */
  public static String text(ByteBuffer contents) throws ProtocolException {
    return String.valueOf(Unpacker.string(contents));
  }
}
