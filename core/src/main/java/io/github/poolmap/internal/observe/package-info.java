/**
 * What can be seen of pools and their calls from outside. Knows API types only.
 *
 * <p>Lanes tell a {@link io.github.poolmap.internal.observe.SpanSink} what they do. A {@link
 * io.github.poolmap.internal.observe.Timeline} collects that, a {@link
 * io.github.poolmap.internal.observe.Snapshot} is what it held at one moment, and the writers turn
 * it into files.
 */
@NullMarked
package io.github.poolmap.internal.observe;

import org.jspecify.annotations.NullMarked;
