/** Runnable examples of Poolmap and the launcher that starts them. */
@NullMarked
package io.github.poolmap.examples;

import org.jspecify.annotations.NullMarked;
