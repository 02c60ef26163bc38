package io.github.poolmap.internal.run;

import io.github.poolmap.MapOptions;
import org.jspecify.annotations.Nullable;

/**
 * What a run knows of the call that it is.
 *
 * @param poolName names the pool in messages
 * @param function the class of the user's function
 * @param options how it is carried out
 * @param caller the thread that waits for the call to end, if one does
 * @param counters counts what the pool does
 * @param events tells listeners
 */
record CallContext(
    String poolName,
    String function,
    MapOptions options,
    @Nullable Thread caller,
    Counters counters,
    CallEvents events) {}
