package io.github.poolmap.internal.process;

import io.github.poolmap.NotSerializableTaskException;
import io.github.poolmap.PoolException;
import io.github.poolmap.Shared;
import io.github.poolmap.internal.wire.ObjectCodec;
import io.github.poolmap.internal.wire.Packer;
import io.github.poolmap.internal.wire.RawForm;
import io.github.poolmap.internal.wire.SharedCopies;
import io.github.poolmap.internal.wire.SharedReference;
import io.github.poolmap.internal.wire.TooLargeException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.lang.invoke.SerializedLambda;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A value in the program that shares it. */
public final class SharedValue<V> implements Shared<V> {

  private static final long serialVersionUID = 1L;

  private static final String WHAT = "value";

  private final transient V value;
  private final transient SharedReference reference;
  private final transient SharedFile file;
  private final transient Cleaner.Cleanable deletion;

  private SharedValue(V value, SharedReference reference, SharedFile file) {
    this.value = value;
    this.reference = reference;
    this.file = file;
    // Somebody may forget it.
    this.deletion =
        Dropped.CLEANER.register(
            this,
            () -> {
              SharedCopies.remove(reference.file());
              file.delete();
            });
    SharedCopies.add(reference.file(), this);
  }

  /** Its thread is there once something is shared. */
  private static final class Dropped {
    static final Cleaner CLEANER = Cleaner.create();
  }

  /**
   * Shares a value: writes it to a file.
   *
   * @throws NotSerializableTaskException if it cannot be serialized
   * @throws PoolException if it is too large, or there is no room for it
   */
  public static <V> SharedValue<V> of(V value) {
    RawForm form = RawForm.of(value);
    if (form == null) {
      return ofObject(value);
    }
    long bytes = form.bytes(value);
    String description = form.describe(bytes);
    if (form.isBuffer() && bytes > Integer.MAX_VALUE) {
      throw new PoolException(
          description + " cannot be shared: a buffer in a file has less than 2 GiB", null);
    }
    SharedFile file = SharedFile.write(form, value, description);
    String path = file.path().toString();
    return new SharedValue<>(
        value, new SharedReference(path, form.code(), bytes, description, Set.of()), file);
  }

  private static <V> SharedValue<V> ofObject(V value) {
    String description = value.getClass().getTypeName();
    Packer packer = new Packer(1024);
    Types types = new Types();
    try {
      ObjectCodec.encode(packer, value, WHAT, types);
    } catch (TooLargeException e) {
      throw new PoolException(description + " cannot be shared: " + e.getMessage(), e);
    }
    ByteBuffer bytes = ByteBuffer.wrap(packer.array(), 0, packer.size());
    SharedFile file = SharedFile.write(RawForm.of(bytes), bytes, description);
    String path = file.path().toString();
    return new SharedValue<>(
        value,
        new SharedReference(path, SharedReference.OBJECT, packer.size(), description, types.seen),
        file);
  }

  /** The classes that an object is made of. */
  private static final class Types implements ObjectCodec.Witness {

    final Set<Class<?>> seen = new HashSet<>();

    @Override
    public void see(Class<?> type) {
      seen.add(type);
    }

    @Override
    public void see(SerializedLambda lambda) {
      // Its class is seen as well.
    }
  }

  @Override
  public V get() {
    if (file.isDeleted()) {
      throw closed();
    }
    return value;
  }

  private IllegalStateException closed() {
    return new IllegalStateException("the Shared " + reference + " was closed");
  }

  @Override
  public void close() {
    deletion.clean();
  }

  private Object writeReplace() {
    if (file.isDeleted()) {
      throw closed();
    }
    return reference;
  }

  private void readObject(@Nullable ObjectInputStream stream) throws InvalidObjectException {
    throw new InvalidObjectException("a Shared travels as a reference");
  }

  @Override
  public String toString() {
    return "Shared " + reference;
  }
}
