package io.github.poolmap.internal.run;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/** Virtual threads, by reflection: the library is compiled for JDKs that have none. */
public final class VirtualThreads {

  private static final int FIRST_JDK = 21;

  private static final @Nullable MethodHandle OF_VIRTUAL = find();

  private static final @Nullable MethodHandle IS_VIRTUAL = findIsVirtual();

  private VirtualThreads() {}

  private static @Nullable MethodHandle findIsVirtual() {
    try {
      return MethodHandles.publicLookup()
          .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
    } catch (ReflectiveOperationException e) {
      // This JDK has none.
      return null;
    }
  }

  /** Tells whether a thread is one. */
  static boolean isVirtual(Thread thread) {
    MethodHandle is = IS_VIRTUAL;
    try {
      return is != null && (boolean) is.invokeExact(thread);
    } catch (Throwable e) {
      throw new IllegalStateException("a thread does not tell what it is", e);
    }
  }

  private static @Nullable MethodHandle find() {
    if (Runtime.version().feature() < FIRST_JDK) {
      return null;
    }
    try {
      Class<?> builder = Class.forName("java.lang.Thread$Builder");
      Class<?> virtual = Class.forName("java.lang.Thread$Builder$OfVirtual");
      MethodHandles.Lookup lookup = MethodHandles.publicLookup();
      MethodHandle ofVirtual =
          lookup.findStatic(Thread.class, "ofVirtual", MethodType.methodType(virtual));
      MethodHandle name =
          lookup.findVirtual(builder, "name", MethodType.methodType(builder, String.class));
      MethodHandle inherit =
          lookup.findVirtual(
              builder,
              "inheritInheritableThreadLocals",
              MethodType.methodType(builder, boolean.class));
      MethodHandle unstarted =
          lookup.findVirtual(
              builder, "unstarted", MethodType.methodType(Thread.class, Runnable.class));
      // (String, Runnable) -> ofVirtual().name(String).inherit...(false).unstarted(Runnable)
      MethodHandle named =
          MethodHandles.filterReturnValue(
              MethodHandles.foldArguments(
                  name.asType(MethodType.methodType(builder, virtual, String.class)), ofVirtual),
              MethodHandles.insertArguments(inherit, 1, false));
      return MethodHandles.collectArguments(unstarted, 0, named);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this JDK has virtual threads of another kind", e);
    }
  }

  /** Tells whether this JVM has them. */
  static boolean areAvailable() {
    return OF_VIRTUAL != null;
  }

  /** Says what is missing if this JVM does not have them. */
  public static void check() {
    if (!areAvailable()) {
      throw new UnsupportedOperationException(
          "virtual threads need JDK "
              + FIRST_JDK
              + " or newer, this is JDK "
              + Runtime.version().feature()
              + ": use platform threads");
    }
  }

  static Thread unstarted(Runnable action, String name) {
    check();
    MethodHandle maker = OF_VIRTUAL;
    try {
      if (maker == null) {
        throw new IllegalStateException("checked before");
      }
      Thread thread = (Thread) maker.invokeExact(name, action);
      thread.setContextClassLoader(VirtualThreads.class.getClassLoader());
      return thread;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("a virtual thread cannot be made", e);
    }
  }
}
