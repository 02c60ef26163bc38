/**
 * What a program and its worker processes have in common: frames, the ledger, and how objects are
 * written.
 */
@NullMarked
package io.github.poolmap.internal.wire;

import org.jspecify.annotations.NullMarked;
