package io.github.poolmap.internal.wire;

import java.io.ObjectInputFilter;
import java.util.Collections;
import org.jspecify.annotations.Nullable;

/**
 * What a serialized object may make its reader allocate: not much more than it brings.
 *
 * <p>The length of the bytes is known, and no array, collection or map that was written honestly
 * has more elements than bytes that describe them; the tables of maps have up to eight times as
 * many. So damaged or hostile bytes that announce a billion elements are refused before there is
 * room for these. Which classes there may be is not limited here: a worker executes the program's
 * own code.
 *
 * <p>A filter that the JVM has already ({@code jdk.serialFilter}, or of a filter factory) decides
 * besides. For the objects of one stream, one after the other.
 */
final class ObjectLimits implements ObjectInputFilter {

  private static final long ELEMENTS_PER_BYTE = 8;

  /** Small collections have some room to spare, and a map may have been made with much of it. */
  private static final long ELEMENTS_TO_SPARE = 1 << 16;

  /** Announces its size like an array, and has none. */
  private static final Class<?> COPIES = Collections.nCopies(1, 1).getClass();

  private final @Nullable ObjectInputFilter other;
  private long bytes;
  private long elementsAllowed;
  private long elements;
  private long referencesBefore;
  private boolean asked;
  private boolean copiesSeen;
  private @Nullable String refusal;

  /**
   * Sets the limits for the first object of a stream.
   *
   * @param bytes how many there are to read
   * @param other decides besides
   */
  ObjectLimits(long bytes, @Nullable ObjectInputFilter other) {
    this.other = other;
    begin(bytes);
  }

  /**
   * Sets the limits for the next object of the stream.
   *
   * @param length how many bytes there are to read
   */
  final void begin(long length) {
    bytes = length;
    elementsAllowed = length * ELEMENTS_PER_BYTE + ELEMENTS_TO_SPARE;
    elements = 0;
    asked = false;
    copiesSeen = false;
    refusal = null;
  }

  /** Tells whether another filter is asked, too. */
  boolean hasOther() {
    return other != null;
  }

  @Override
  public Status checkInput(FilterInfo info) {
    if (!asked) {
      // The stream counts on from object to object.
      asked = true;
      referencesBefore = Math.max(0, info.references() - 1);
    }
    long length = info.arrayLength();
    Class<?> type = info.serialClass();
    copiesSeen |= type == COPIES;
    if (length > 0 && !(copiesSeen && type == Object[].class && isOfCopies())) {
      elements += length;
    }
    if (elements > elementsAllowed || length < -1) {
      return refuse("arrays of " + (length < -1 ? length : elements) + " elements");
    }
    // Each object begins with a byte of its own. Whether the stack holds them shows.
    if (info.depth() > bytes) {
      return refuse("objects nested " + info.depth() + " deep");
    }
    long references = info.references() - referencesBefore;
    if (references > bytes) {
      return refuse(references + " objects");
    }
    Status status = other == null ? Status.UNDECIDED : other.checkInput(info);
    if (status == Status.REJECTED) {
      String what = type == null ? "an object" : type.getName();
      refusal = what + ", by the filter of this JVM (jdk.serialFilter or a filter factory)";
    }
    return status;
  }

  /** Tells whether it is {@code Collections.nCopies} that announces an array. */
  private static boolean isOfCopies() {
    return StackWalker.getInstance()
        .walk(
            frames ->
                frames
                    .map(StackWalker.StackFrame::getClassName)
                    .filter(name -> name.startsWith("java.util."))
                    .findFirst())
        .filter(COPIES.getName()::equals)
        .isPresent();
  }

  private Status refuse(String what) {
    refusal = what + " in " + bytes + " bytes";
    return Status.REJECTED;
  }

  /** Returns what was too much, or not to the other filter's liking; null if nothing was. */
  @Nullable String refusal() {
    return refusal;
  }
}
