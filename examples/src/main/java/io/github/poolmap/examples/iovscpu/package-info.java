/** Waiting tasks against computing tasks, on every kind of pool. */
@NullMarked
package io.github.poolmap.examples.iovscpu;

import org.jspecify.annotations.NullMarked;
