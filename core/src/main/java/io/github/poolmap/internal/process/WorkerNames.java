package io.github.poolmap.internal.process;

/**
 * How a worker is called; both change when another pool gets it.
 *
 * @param worker its own name
 * @param pool the name of its pool
 */
record WorkerNames(String worker, String pool) {}
