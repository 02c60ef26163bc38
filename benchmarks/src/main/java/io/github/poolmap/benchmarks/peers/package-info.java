/** What Poolmap is measured beside. */
@NullMarked
package io.github.poolmap.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
