package io.github.poolmap;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;

/**
 * Another way for inputs and results to travel to worker JVMs and back, in place of the built-in
 * one: for classes that are not {@link Serializable}, or for a serializer that is faster. See
 * {@link ProcessPool.Builder#codec}.
 *
 * <p>It is asked about each input and each result as a whole, not about their parts; what it does
 * not handle travels the built-in way, as do null, functions and exceptions. What it throws fails
 * that item alone, with {@link NotSerializableTaskException} as the cause.
 *
 * <p>A codec is serialized when the pool is built, and a copy goes to each worker with its start.
 * In the program one object is used by the threads of all workers at once, so it has to be safe for
 * that; in a worker one thread uses it. Pools of {@link Pools} share workers only if their codecs
 * are {@linkplain Object#equals equal}.
 */
public interface Codec extends Serializable {

  /**
   * Tells whether this codec is for objects of a class. The same class must always get the same
   * answer. Called for each item, so it should be quick.
   *
   * @param type the class of an input or of a result
   * @return whether {@link #encode} is to be called
   */
  boolean handles(Class<?> type);

  /**
   * Writes an object.
   *
   * @param value of a class that this codec handles
   * @param to gets the bytes; it need not be flushed or closed
   * @throws IOException if it cannot be written; the item fails
   */
  void encode(Object value, OutputStream to) throws IOException;

  /**
   * Reads an object.
   *
   * @param from the bytes that {@link #encode} wrote for one object, and no others
   * @param loader knows the classes of the function and its inputs
   * @return the object, not null
   * @throws IOException if it cannot be read; the item fails
   * @throws ClassNotFoundException if a class is missing; the item fails
   */
  Object decode(InputStream from, ClassLoader loader) throws IOException, ClassNotFoundException;

  /**
   * Returns a codec that is Apache Fory, for everything but numbers, strings, arrays of primitives
   * and paths, which are better off without. Classes need not be {@link Serializable}; references
   * and cycles within an item are kept; both sides have to have the same version of a class.
   *
   * <p>Not for objects with a {@link java.nio.file.Path} in them, such as a list of paths: Fory
   * copies its file system, too, and the copy is none that {@code toFile()} takes. Fory starts a
   * thread in a worker that does not end, so {@link StartStrategy#reuse()} finds none warm after
   * it.
   *
   * <p>The optional dependency {@code org.apache.fory:fory-core} has to be on the class path. All
   * codecs that this method returns are equal.
   *
   * @return the codec
   * @throws IllegalStateException if Fory is not there
   */
  static Codec fory() {
    return ForyCodec.create();
  }
}
