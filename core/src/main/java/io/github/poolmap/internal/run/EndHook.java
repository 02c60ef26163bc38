package io.github.poolmap.internal.run;

/**
 * What the library does at the end of the program.
 *
 * <p>In a thread that has no class loader and no group of the caller who happened to need it first.
 * It may be kept for long, and on JDK 17 a hook whose thread group has been destroyed, as that of a
 * program which a build tool runs in its own JVM, cannot be started; nor can those behind it.
 */
public final class EndHook {

  private EndHook() {}

  /**
   * Registers a hook.
   *
   * @throws IllegalStateException if the program is ending
   */
  public static void add(Runnable action, String name) {
    Runtime.getRuntime().addShutdownHook(new ServiceThread(action, name));
  }
}
