/**
 * The worker's side: main, the loop that executes chunks, and the watch over the parent's life.
 *
 * <p>Loaded in every worker JVM before its first task, so it keeps away from guava, from logging,
 * and from what makes a JVM spin up method handles without need.
 */
@NullMarked
package io.github.poolmap.internal.worker;

import org.jspecify.annotations.NullMarked;
