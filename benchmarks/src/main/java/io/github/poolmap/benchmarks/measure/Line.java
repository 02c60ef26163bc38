package io.github.poolmap.benchmarks.measure;

import org.jspecify.annotations.Nullable;

/**
 * A line of the table: which figures are compared, and what is wanted of them.
 *
 * @param label what is compared
 * @param ours the name of the first series
 * @param peer the name of the other one, null if there is none
 * @param unit what the figures are
 * @param goal what is wanted, null if the line only informs
 */
public record Line(
    String label, String ours, @Nullable String peer, Unit unit, @Nullable Goal goal) {}
