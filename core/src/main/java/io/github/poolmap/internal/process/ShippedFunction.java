package io.github.poolmap.internal.process;

import org.jspecify.annotations.Nullable;

/**
 * A function in serialized form, made once a call.
 *
 * @param id tells it from all others of this program
 * @param bytes the function
 * @param loader knows the classes of its results
 */
record ShippedFunction(long id, byte[] bytes, @Nullable ClassLoader loader) {}
