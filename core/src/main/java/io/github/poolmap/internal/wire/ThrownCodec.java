package io.github.poolmap.internal.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Exceptions as bytes: the object, if it can be serialized, and always a likeness in plain text, in
 * case that nobody can read the object.
 */
public final class ThrownCodec {

  /** Chains of causes longer than this are cut. */
  private static final int DEEPEST = 32;

  private ThrownCodec() {}

  public static void encode(Packer to, Throwable thrown) {
    int start = to.size();
    to.putInt(0);
    try {
      ObjectCodec.encode(to, thrown, "exception");
      to.setInt(start, to.size() - start - 4);
    } catch (Exception | Error e) {
      // Exceptions with fields that do not travel are common; their likeness says what matters.
      to.truncate(start);
      to.putInt(0);
    }
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    encodeLikeness(to, thrown, seen);
  }

  /** Reads the exception, or its likeness if the object cannot be read here. */
  public static Throwable decode(ByteBuffer from, @Nullable ClassLoader loader)
      throws ProtocolException {
    ByteBuffer object = Unpacker.slice(from, Unpacker.integer(from));
    Throwable likeness = decodeLikeness(from, 0);
    if (object.hasRemaining()) {
      try {
        if (ObjectCodec.decode(object, loader) instanceof Throwable thrown) {
          return thrown;
        }
      } catch (Exception | Error unreadable) {
        likeness.addSuppressed(
            new IOException("the original exception cannot be read here: " + Texts.of(unreadable)));
      }
    }
    return likeness;
  }

  private static void encodeLikeness(Packer to, Throwable thrown, Set<Throwable> seen) {
    seen.add(thrown);
    to.putString(thrown.getClass().getName());
    to.putString(said(thrown));
    StackTraceElement[] stack = stackOf(thrown);
    StackCodec.encode(to, stack, stack.length);
    Throwable cause = causeOf(thrown);
    boolean withCause = cause != null && seen.size() < DEEPEST && !seen.contains(cause);
    to.putByte(withCause ? 1 : 0);
    if (cause != null && withCause) {
      encodeLikeness(to, cause, seen);
    }
    for (Throwable suppressed : thrown.getSuppressed()) {
      if (seen.size() < DEEPEST && !seen.contains(suppressed)) {
        to.putByte(1);
        encodeLikeness(to, suppressed, seen);
      }
    }
    to.putByte(0);
  }

  // What an exception says of itself may be user code, and throw.

  private static @Nullable String said(Throwable thrown) {
    try {
      return thrown.getMessage();
    } catch (Throwable t) {
      return "(its getMessage() threw " + t.getClass().getName() + ")";
    }
  }

  private static @Nullable Throwable causeOf(Throwable thrown) {
    try {
      return thrown.getCause();
    } catch (Throwable t) {
      return null;
    }
  }

  private static StackTraceElement[] stackOf(Throwable thrown) {
    try {
      StackTraceElement[] stack = thrown.getStackTrace();
      return stack == null
          ? new StackTraceElement[0]
          : Arrays.stream(stack).filter(Objects::nonNull).toArray(StackTraceElement[]::new);
    } catch (Throwable t) {
      return new StackTraceElement[0];
    }
  }

  private static LikenessException decodeLikeness(ByteBuffer from, int depth)
      throws ProtocolException {
    if (depth > DEEPEST) {
      throw new ProtocolException("causes nested too deep");
    }
    String className = String.valueOf(Unpacker.string(from));
    LikenessException likeness = new LikenessException(className, Unpacker.string(from));
    likeness.setStackTrace(StackCodec.decode(from));
    if (next(from)) {
      likeness.initCause(decodeLikeness(from, depth + 1));
    }
    while (next(from)) {
      likeness.addSuppressed(decodeLikeness(from, depth + 1));
    }
    return likeness;
  }

  private static boolean next(ByteBuffer from) throws ProtocolException {
    return Unpacker.bytes(from, 1)[0] != 0;
  }
}
