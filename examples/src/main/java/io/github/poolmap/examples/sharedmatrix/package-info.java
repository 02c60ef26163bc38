/**
 * A large array that many tasks read: shared with worker processes once, or sent again and again.
 */
@NullMarked
package io.github.poolmap.examples.sharedmatrix;

import org.jspecify.annotations.NullMarked;
