/**
 * What every pool has in common: calls, claims, chunk sizes, order, failure and stop.
 *
 * <p>A call is a {@link io.github.poolmap.internal.run.Run}; a pool is an {@link
 * io.github.poolmap.internal.run.Engine} with a set of lanes. A lane claims a chunk of a run, has
 * it executed, and claims again. Kinds of pools differ only in their {@link
 * io.github.poolmap.internal.run.ChunkExecutor}.
 */
@NullMarked
package io.github.poolmap.internal.run;

import org.jspecify.annotations.NullMarked;
