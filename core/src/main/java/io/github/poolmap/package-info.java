/**
 * A parallel map for Java, modelled on Python's {@code multiprocessing.Pool}.
 *
 * <p>{@link io.github.poolmap.Pools} hands out pools over the calling thread, over threads and over
 * child JVMs. All of them are a {@link io.github.poolmap.Pool} and keep the same contract, so that
 * a program changes from one to another by changing one word.
 *
 * <pre>{@code
 * try (Pools pools = Pools.create()) {
 *   List<Double> roots = pools.threads().map(x -> Math.sqrt(x), List.of(1, 4, 9));
 *   List<Report> reports = pools.processes().map(Parser::parse, files);
 * }
 * }</pre>
 *
 * <p>Every method rejects null arguments with a {@link java.lang.NullPointerException}; null inputs
 * and null results are ordinary values.
 */
@NullMarked
package io.github.poolmap;

import org.jspecify.annotations.NullMarked;
