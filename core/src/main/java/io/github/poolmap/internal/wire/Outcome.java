package io.github.poolmap.internal.wire;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What became of an item, as the worker writes it: what it is and which of the following there are
 * in one byte, then position, time, the contents with their length, and the definitions of the
 * classes that no contents before them have used.
 *
 * <p>Outcomes that stand behind each other mostly are of items that do, so the position is left out
 * if it is the next one; the time if nobody asked.
 */
public final class Outcome {

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

  private static final int KIND = 3;
  private static final int WITH_TIME = 4;
  private static final int WITH_POSITION = 8;
  private static final int WITH_DEFINITIONS = 16;
  private static final int KNOWN = KIND | WITH_TIME | WITH_POSITION | WITH_DEFINITIONS;

  private Outcome() {}

  /**
   * Begins the only outcome of a packer. Returns what {@link #end} needs.
   *
   * @param position the item's position in its chunk
   * @param next whether the outcome stands behind that of the item before it
   * @param nanos how long it took, 0 if nobody asked
   * @param value the contents, if they are an object
   */
  public static int begin(
      Packer packer, int position, boolean next, Kind kind, long nanos, @Nullable Object value) {
    boolean large = Sized.isLarge(value);
    boolean withPosition = large || !next;
    packer.putByte(
        kind.ordinal() | (nanos == 0 ? 0 : WITH_TIME) | (withPosition ? WITH_POSITION : 0));
    if (withPosition) {
      packer.putInt(position);
    }
    if (nanos != 0) {
      packer.putLong(nanos);
    }
    return Sized.begin(packer, large);
  }

  public static void end(Packer packer, int start) {
    Sized.end(packer, start);
  }

  /**
   * Ends an outcome whose contents are a value.
   *
   * @param defined how many classes the writer had defined before it
   */
  public static void end(Packer packer, int start, ItemWriter writer, int defined) {
    Sized.end(packer, start);
    define(packer, writer, defined);
  }

  /** Sees that the only outcome of a packer can stand alone: it says all that it needs itself. */
  public static void complete(Packer packer, int position, ItemWriter writer) {
    int head = packer.byteAt(0);
    if ((head & WITH_POSITION) == 0) {
      packer.insertGap(1, 4);
      packer.setByte(0, head | WITH_POSITION);
      packer.setInt(1, position);
    }
    packer.truncate(contentsEnd(packer));
    packer.setByte(0, packer.byteAt(0) & ~WITH_DEFINITIONS);
    define(packer, writer, 0);
  }

  private static int contentsEnd(Packer packer) {
    int at = 1 + Integer.BYTES + ((packer.byteAt(0) & WITH_TIME) == 0 ? 0 : Long.BYTES);
    return Sized.end(packer.array(), at);
  }

  private static void define(Packer packer, ItemWriter writer, int from) {
    if (writer.definitions() > from) {
      packer.setByte(0, packer.byteAt(0) | WITH_DEFINITIONS);
      writer.define(packer, from);
    }
  }

  /** Reads the message of an {@link Kind#UNSENDABLE}, then its path. */
  public static String text(ByteBuffer contents) throws ProtocolException {
    return String.valueOf(Unpacker.string(contents));
  }

  /** Goes through outcomes that stand behind each other. */
  public static final class Reader {

    private final ByteBuffer from;
    private final int end;
    private int outcomeEnd;
    private int position;
    private Kind kind = Kind.VALUE;
    private long nanos;
    private @Nullable ByteBuffer definitions;

    /**
     * Stands before the first one.
     *
     * @param last the position of the item whose outcome is before the first one, -1 if none is
     */
    public Reader(ByteBuffer from, int last) {
      this.from = from;
      this.end = from.limit();
      this.outcomeEnd = from.position();
      this.position = last;
    }

    public boolean hasNext() {
      return outcomeEnd < end;
    }

    /** Goes on to the next one. */
    public void next() throws ProtocolException {
      from.limit(end).position(outcomeEnd);
      int head = Unpacker.smallInteger(from);
      int ordinal = head & KIND;
      if (ordinal >= Kind.ALL.length || (head & ~KNOWN) != 0) {
        throw new ProtocolException("outcome of unknown kind " + head);
      }
      kind = Kind.ALL[ordinal];
      position = (head & WITH_POSITION) == 0 ? position + 1 : Unpacker.integer(from);
      nanos = (head & WITH_TIME) == 0 ? 0 : Unpacker.longInteger(from);
      int length = Sized.read(from);
      int start = from.position();
      outcomeEnd = start + length;
      definitions = null;
      if ((head & WITH_DEFINITIONS) != 0) {
        from.position(outcomeEnd);
        definitions = Sized.slice(from);
        outcomeEnd = from.position();
      }
      from.position(start).limit(start + length);
    }

    /** Returns the item's position in its chunk. */
    public int position() {
      return position;
    }

    /** Returns how to read the contents. */
    public Kind kind() {
      return kind;
    }

    /** Returns how long it took, 0 if nobody asked. */
    public long nanos() {
      return nanos;
    }

    /** Has a reader take what it needs to know to read this one, and those that follow. */
    public void define(ItemReader reader) throws ProtocolException {
      if (definitions != null) {
        reader.define(definitions);
        definitions = null;
      }
    }

    /** Returns the value, or what is known of the failure, until {@link #next} goes on. */
    public ByteBuffer contents() {
      return from;
    }
  }
}
