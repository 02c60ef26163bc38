/** How long a process pool takes to its first result, by the way it comes by its workers. */
@NullMarked
package io.github.poolmap.examples.startstrategies;

import org.jspecify.annotations.NullMarked;
