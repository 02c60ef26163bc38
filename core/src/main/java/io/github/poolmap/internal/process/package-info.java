/**
 * The parent's side of worker JVMs: launch and handshake, the lane's dialogue with its worker,
 * output, and what to make of a worker's death.
 */
@NullMarked
package io.github.poolmap.internal.process;

import org.jspecify.annotations.NullMarked;
