/** Poolmap measured beside its peers and the ideal. */
@NullMarked
package io.github.poolmap.benchmarks;

import org.jspecify.annotations.NullMarked;
