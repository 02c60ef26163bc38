/** What is made of the measurements: the table, the chart, the raw figures. */
@NullMarked
package io.github.poolmap.benchmarks.report;

import org.jspecify.annotations.NullMarked;
