package io.github.poolmap.internal.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The definitions of a {@link ClassTable} as they have been read until now. */
final class ClassDefinitions {

  private final KnownClasses classes;

  /** Bytes, until somebody wants to know what they mean. */
  private final List<Object> all = new ArrayList<>();

  private final List<Boolean> found = new ArrayList<>();

  ClassDefinitions(KnownClasses classes) {
    this.classes = classes;
  }

  int size() {
    return all.size();
  }

  /** Reads as many as there are; no class is looked at. */
  void readAll(ByteBuffer from) throws ProtocolException {
    while (from.hasRemaining()) {
      readOne(from);
    }
  }

  void readOne(ByteBuffer from) throws ProtocolException {
    ByteBuffer definition = Unpacker.slice(from, Unpacker.integer(from));
    byte[] copy = new byte[definition.remaining()];
    definition.get(copy);
    all.add(ByteBuffer.wrap(copy));
    found.add(false);
  }

  /** Forgets the definitions from this number on. */
  void truncate(int size) {
    while (all.size() > size) {
      all.remove(all.size() - 1);
      found.remove(found.size() - 1);
    }
  }

  /**
   * Returns the meaning of a number.
   *
   * @param kind what it has to be
   */
  <T> T get(int number, Class<T> kind) throws IOException, ClassNotFoundException {
    if (number < 0 || number >= all.size()) {
      throw new ProtocolException("class " + number + " of " + all.size());
    }
    Object meaning = all.get(number);
    if (!found.get(number)) {
      meaning = classes.meaning((ByteBuffer) meaning);
      all.set(number, meaning);
      found.set(number, true);
    }
    if (!kind.isInstance(meaning)) {
      throw new ProtocolException("class " + number + " is of another kind");
    }
    return kind.cast(meaning);
  }
}
