package io.github.poolmap;

/** What the workers of a pool are. */
public enum PoolKind {
  /** The calling thread: no parallelism, for debugging and as the baseline. */
  SERIAL,
  /** Threads of this JVM: shared heap, all cores. */
  THREADS,
  /** Child JVMs: a heap and statics of their own, and a crash costs one task. */
  PROCESSES
}
