package io.github.poolmap.internal.wire;

import java.nio.ByteBuffer;

/**
 * What became of an item, as the worker writes it: position, kind, length, contents.
 *
 * @param position the item's position in its chunk
 * @param kind how to read the contents
 * @param contents the value, or what is known of the failure
 */
public record Outcome(int position, Kind kind, ByteBuffer contents) {

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

  /** Position, kind and length. */
  private static final int HEADER_BYTES = 4 + 1 + 4;

  /** Begins an outcome at the end of the packer. Returns what {@link #end} needs. */
  public static int begin(Packer packer, int position, Kind kind) {
    int start = packer.size();
    packer.putInt(position).putByte(kind.ordinal()).putInt(0);
    return start;
  }

  public static void end(Packer packer, int start) {
    packer.setInt(start + 5, packer.size() - start - HEADER_BYTES);
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
    return new Outcome(position, Kind.ALL[kind], Unpacker.slice(from, from.getInt()));
  }

  /** Reads the message of an {@link Kind#UNSENDABLE}, then its path. */
  public static String text(ByteBuffer contents) throws ProtocolException {
    return String.valueOf(Unpacker.string(contents));
  }
}
