package io.github.poolmap.examples.springboot;

import java.io.Serializable;

/**
 * The result of a task.
 *
 * @param range what was looked at
 * @param primes how many primes there are
 * @param pid the process that counted them
 */
record Counted(Range range, long primes, long pid) implements Serializable {}
