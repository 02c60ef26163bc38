package io.github.poolmap.internal.wire;

import io.github.poolmap.Shared;
import java.lang.ref.SoftReference;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The {@link Shared} values that this process knows: its own, and in a worker the copies that it
 * has of the program's.
 *
 * <p>A copy lives as long as a function that refers to it, and while there is memory to spare until
 * the worker forgets its pool. Of a value that has been closed it goes as soon as a function comes
 * that refers to another one.
 */
public final class SharedCopies {

  /**
   * What tells a copy from others.
   *
   * @param loader knows the classes of an object; null if it has none
   */
  private record Key(String file, @Nullable ClassLoader loader) {}

  // Guarded by the class.
  private static final Map<String, WeakReference<Shared<?>>> OWN = new HashMap<>();
  private static final Map<Key, SoftReference<SharedCopy<?>>> COPIES = new HashMap<>();

  private SharedCopies() {}

  /** This process has made the value that is in the file. */
  public static synchronized void add(String file, Shared<?> own) {
    OWN.put(file, new WeakReference<>(own));
  }

  /** It is in no file any more. */
  public static synchronized void remove(String file) {
    OWN.remove(file);
  }

  /** Returns what a reference that has come here stands for. */
  static synchronized Shared<?> of(SharedReference reference) {
    WeakReference<Shared<?>> known = OWN.get(reference.file());
    Shared<?> own = known == null ? null : known.get();
    if (own != null) {
      return own;
    }
    COPIES.values().removeIf(SharedCopies::isOver);
    // The loader of the task, in whose thread this happens.
    ClassLoader loader =
        reference.form() == SharedReference.OBJECT
            ? Thread.currentThread().getContextClassLoader()
            : null;
    Key key = new Key(reference.file(), loader);
    SoftReference<SharedCopy<?>> kept = COPIES.get(key);
    SharedCopy<?> copy = kept == null ? null : kept.get();
    if (copy == null) {
      copy = new SharedCopy<>(reference, loader);
      COPIES.put(key, new SoftReference<>(copy));
    }
    return copy;
  }

  private static boolean isOver(SoftReference<SharedCopy<?>> kept) {
    SharedCopy<?> copy = kept.get();
    if (copy != null && !Files.exists(Path.of(copy.reference().file()))) {
      copy.release();
      return true;
    }
    return copy == null;
  }

  /** Another pool, which may be of other classes, gets this worker. */
  public static synchronized void forget() {
    COPIES.clear();
  }
}
