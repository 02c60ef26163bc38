package io.github.poolmap.internal.wire;

import io.github.poolmap.Shared;
import java.io.Serializable;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What travels in place of a {@link Shared}: where its value is. In the program it becomes the
 * object that it stood for again, in a worker process the copy that this process has of it.
 */
public final class SharedReference implements Serializable {

  private static final long serialVersionUID = 1L;

  /** In place of the code of a {@link RawForm}: the file holds an object of another class. */
  public static final int OBJECT = -1;

  private final String file;
  private final int form;
  private final long bytes;
  private final String description;

  /** Known to the program that made it; others have them from there. */
  private final transient @Nullable Collection<Class<?>> types;

  /**
   * Makes a reference.
   *
   * @param file holds the value and nothing else
   * @param form the code of a {@link RawForm}, or {@link #OBJECT}
   * @param bytes how many there are
   * @param description what the value is
   * @param types the classes that an object is made of
   */
  public SharedReference(
      String file, int form, long bytes, String description, Collection<Class<?>> types) {
    this.file = file;
    this.form = form;
    this.bytes = bytes;
    this.description = description;
    this.types = List.copyOf(types);
  }

  public String file() {
    return file;
  }

  int form() {
    return form;
  }

  long bytes() {
    return bytes;
  }

  /** The worker needs the classes of the value as it does those of what refers to it. */
  void tell(ObjectCodec.Witness witness) {
    if (types != null) {
      for (Class<?> each : types) {
        witness.see(each);
      }
    }
  }

  private Object readResolve() {
    return SharedCopies.of(this);
  }

  /** Returns what the value is, for messages. */
  @Override
  public String toString() {
    return description;
  }
}
