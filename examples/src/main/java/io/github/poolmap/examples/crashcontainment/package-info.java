/** Tasks that would end the program, and what they cost on a process pool: themselves. */
@NullMarked
package io.github.poolmap.examples.crashcontainment;

import org.jspecify.annotations.NullMarked;
