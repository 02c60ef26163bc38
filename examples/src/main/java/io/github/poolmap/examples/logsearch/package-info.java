/** A search through more text than fits into memory: lazy input, bounded read-ahead, early end. */
@NullMarked
package io.github.poolmap.examples.logsearch;

import org.jspecify.annotations.NullMarked;
