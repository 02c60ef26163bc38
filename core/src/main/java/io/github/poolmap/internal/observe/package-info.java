/** What can be seen of pools and their calls from outside. Knows API types only. */
@NullMarked
package io.github.poolmap.internal.observe;

import org.jspecify.annotations.NullMarked;
