/** What happens within one JVM, measured by JMH. */
@NullMarked
package io.github.poolmap.benchmarks.jmh;

import org.jspecify.annotations.NullMarked;
