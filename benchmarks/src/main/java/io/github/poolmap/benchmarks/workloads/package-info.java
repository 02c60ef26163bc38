/** The workloads, a class each. */
@NullMarked
package io.github.poolmap.benchmarks.workloads;

import org.jspecify.annotations.NullMarked;
