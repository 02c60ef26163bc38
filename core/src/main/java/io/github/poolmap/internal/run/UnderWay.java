package io.github.poolmap.internal.run;

/**
 * An item that is being executed.
 *
 * @param position its position in its chunk
 * @param startNanos when it started, by {@link System#nanoTime()} of this JVM
 */
public record UnderWay(int position, long startNanos) {}
