package io.github.poolmap.internal.run;

import io.github.poolmap.MapOptions;
import io.github.poolmap.Mapper;

/**
 * What a pool is asked to do.
 *
 * @param calls the calls that this one is one of, for those who close a pool
 * @param function the class of the user's function
 * @param mapper the function
 * @param inputs what it is applied to
 * @param options how
 */
public record Call(
    Calls calls,
    String function,
    Mapper<Object, Object> mapper,
    Iterable<?> inputs,
    MapOptions options) {}
