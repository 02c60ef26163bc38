/** Measures contenders in alternation. */
@NullMarked
package io.github.poolmap.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
