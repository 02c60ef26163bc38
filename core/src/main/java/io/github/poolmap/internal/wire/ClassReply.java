package io.github.poolmap.internal.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The answer to a {@link ClassRequest}.
 *
 * @param kind what came of it
 * @param text for {@link Kind#FAILED} what went wrong, else which class loader was asked
 * @param found what was found
 */
public record ClassReply(Kind kind, String text, List<Found> found) {

  /** What came of a request. */
  public enum Kind {
    /** It has been looked for; perhaps nothing is there. */
    ANSWERED,
    /** It could not be looked for, or not be read. */
    FAILED
  }

  /**
   * One resource.
   *
   * @param url where the parent has it, as text; empty if its class loader does not say
   * @param bytes what is in it
   */
  public record Found(String url, ByteBuffer bytes) {}

  /** More than this is not sent for one request. */
  public static final int LARGEST_CONTENTS = 64 << 20;

  /** No payload is longer: contents, and some room for addresses. */
  public static final int LARGEST = LARGEST_CONTENTS + (1 << 20);

  private static final Kind[] KINDS = Kind.values();

  /** Begins the payload of an answer; what was found is appended by {@link #append}. */
  public static Packer begin(String asked) {
    return new Packer(256).putByte(Kind.ANSWERED.ordinal()).putString(asked);
  }

  public static void append(Packer to, String url, byte[] bytes) {
    to.putString(url).putInt(bytes.length).putBytes(bytes);
  }

  /** Packs a failure. */
  public static Packer failed(String why) {
    return new Packer(256).putByte(Kind.FAILED.ordinal()).putString(why);
  }

  public static ClassReply read(ByteBuffer payload) throws ProtocolException {
    int kind = Unpacker.smallInteger(payload);
    if (kind < 0 || kind >= KINDS.length) {
      throw new ProtocolException("class reply of unknown kind " + kind);
    }
    String text = text(payload);
    List<Found> found = new ArrayList<>();
    while (payload.hasRemaining()) {
      String url = text(payload);
      found.add(new Found(url, Unpacker.slice(payload, Unpacker.integer(payload))));
    }
    return new ClassReply(KINDS[kind], text, found);
  }

  private static String text(ByteBuffer payload) throws ProtocolException {
    String text = Unpacker.string(payload);
    if (text == null) {
      throw new ProtocolException("class reply without a text");
    }
    return text;
  }
}
