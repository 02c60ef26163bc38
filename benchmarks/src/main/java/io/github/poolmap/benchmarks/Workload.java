package io.github.poolmap.benchmarks;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Items to be mapped, and who is measured at it.
 *
 * @param name what the table calls it
 * @param items the items
 * @param idealMillis the time that nobody can beat
 * @param ours Poolmap
 * @param peer what else does it, null if there is nothing alike
 */
record Workload(
    String name,
    List<Integer> items,
    double idealMillis,
    Contender ours,
    @Nullable Contender peer) {}
