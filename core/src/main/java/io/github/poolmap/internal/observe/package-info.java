/** What there is to see of calls: progress on terminals and in the log. */
@NullMarked
package io.github.poolmap.internal.observe;

import org.jspecify.annotations.NullMarked;
