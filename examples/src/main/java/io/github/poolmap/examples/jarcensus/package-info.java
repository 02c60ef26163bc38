/** A count of what the jars of a folder hold, mapped over the jars. */
@NullMarked
package io.github.poolmap.examples.jarcensus;

import org.jspecify.annotations.NullMarked;
