package io.github.poolmap.internal.wire;

/** How deep in the tree of processes this JVM stands: 0 the program, 1 its workers, and so on. */
public final class Depth {

  /** JVMs of this depth and above may not start workers. */
  public static final int DEEPEST = 2;

  private static volatile int current;

  private Depth() {}

  public static int current() {
    return current;
  }

  /** Called once, by the main of a worker. */
  public static void set(int depth) {
    current = depth;
  }
}
