package io.github.poolmap.internal.run;

/**
 * Who executes the chunks of a run: a thread of the pool, or the caller itself. Safe for use by
 * many threads.
 *
 * @param <F> the form of the function
 */
interface Lane<F> {

  /** Interrupts the item of this run that is being executed, if there is one. */
  void interrupt(Run<F> run);

  /**
   * Gets rid of an item of this run that did not heed its interrupt.
   *
   * @return true if the run need not wait for this lane's chunks any more
   */
  boolean abandon(Run<F> run);
}
