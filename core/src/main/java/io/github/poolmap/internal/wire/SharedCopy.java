package io.github.poolmap.internal.wire;

import io.github.poolmap.PoolException;
import io.github.poolmap.Shared;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a worker process has of a value that the program shares: read at its first use, because that
 * may run user code and take its time, which is that of an item.
 */
final class SharedCopy<V> implements Shared<V> {

  private static final long serialVersionUID = 1L;

  private final transient SharedReference reference;
  private final transient @Nullable ClassLoader loader;
  private transient volatile @Nullable Object value;

  SharedCopy(SharedReference reference, @Nullable ClassLoader loader) {
    this.reference = reference;
    this.loader = loader;
  }

  SharedReference reference() {
    return reference;
  }

  @Override
  @SuppressWarnings("unchecked")
  public synchronized V get() {
    Object known = value;
    if (known == null) {
      known = load();
      value = known;
    }
    return (V) (known instanceof Buffer buffer ? viewOf(buffer) : known);
  }

  /** Each reader has a position of its own. */
  private static Buffer viewOf(Buffer buffer) {
    return buffer instanceof ByteBuffer bytes
        ? bytes.duplicate().order(bytes.order())
        : buffer.duplicate();
  }

  private Object load() {
    RawFile file = new RawFile(Path.of(reference.file()));
    try {
      if (reference.form() == SharedReference.OBJECT) {
        Object read = ObjectCodec.decode(file.map(), loader);
        if (read == null) {
          throw new ProtocolException("it became null");
        }
        return read;
      }
      RawForm form = RawForm.ofCode(reference.form());
      return form.isBuffer()
          ? form.view(file.map())
          : file.read(0, form, (int) (reference.bytes() >> form.shift()));
    } catch (NoSuchFileException gone) {
      throw new IllegalStateException(
          "the Shared " + reference + " was closed before this worker had read it", gone);
    } catch (IOException | ClassNotFoundException e) {
      throw new PoolException(
          "the Shared " + reference + " cannot be read in the worker: " + Texts.of(e), e);
    }
  }

  /**
   * It has been closed: who asks for it now has not got it while it was open. Does not wait for a
   * thread that is reading it, which may itself be waiting for the caller.
   */
  void release() {
    value = null;
  }

  @Override
  public void close() {
    // It is the program's.
  }

  private Object writeReplace() {
    if (!Files.exists(Path.of(reference.file()))) {
      throw new IllegalStateException("the Shared " + reference + " was closed");
    }
    return reference;
  }

  private void readObject(ObjectInputStream stream) throws InvalidObjectException {
    throw new InvalidObjectException("a Shared travels as a reference");
  }

  @Override
  public String toString() {
    return "Shared " + reference;
  }
}
