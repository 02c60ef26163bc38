package io.github.poolmap.internal.worker;

import io.github.poolmap.internal.wire.FunctionCodec;
import io.github.poolmap.internal.wire.FunctionMessage;
import io.github.poolmap.internal.wire.KnownClasses;
import io.github.poolmap.internal.wire.ObjectCodec;
import java.io.IOException;
import java.lang.reflect.Field;
import org.jspecify.annotations.Nullable;

/**
 * A function as it came from the parent, read at its first use: reading runs user code, so that it
 * has to happen as part of an item, which can fail or be blamed.
 *
 * @param <F> what it is
 */
final class RemoteFunction<F> {

  private final ClassLoader loader;
  private KnownClasses classes;
  private @Nullable FunctionMessage message;
  private @Nullable F function;

  /**
   * Keeps a function for later.
   *
   * @param loader knows its classes, and those of its inputs
   */
  RemoteFunction(FunctionMessage message, ClassLoader loader) {
    this.message = message;
    this.loader = loader;
    this.classes = new KnownClasses(loader);
  }

  ClassLoader loader() {
    return loader;
  }

  /** Returns what is known of the classes of its inputs. */
  KnownClasses classes() {
    return classes;
  }

  /** A call begins: what it meets may mean something else to it, or not be allowed any more. */
  void beginCall() {
    ShippedClasses.forgetMissing(loader);
    classes = new KnownClasses(loader);
  }

  F function() throws IOException, ReflectiveOperationException {
    F read = function;
    FunctionMessage unread = message;
    if (read == null && unread != null) {
      setVariables(unread);
      @SuppressWarnings("unchecked")
      F first = (F) FunctionCodec.read(unread.bytes().duplicate(), classes);
      if (first == null) {
        throw new IOException("the function is null");
      }
      read = first;
      function = read;
      message = null;
    }
    if (read == null) {
      throw new IOException("the function has neither bytes nor form");
    }
    return read;
  }

  /** The variables of a shell are static fields; the function expects their values there. */
  private void setVariables(FunctionMessage unread)
      throws IOException, ReflectiveOperationException {
    for (FunctionMessage.Variable each : unread.variables()) {
      Field field = Class.forName(each.owner(), true, loader).getDeclaredField(each.field());
      field.setAccessible(true);
      field.set(null, ObjectCodec.decode(each.value().duplicate(), loader));
    }
  }
}
