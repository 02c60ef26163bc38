package io.github.poolmap.internal.run;

import org.jspecify.annotations.Nullable;

/**
 * Who executes the chunks of a run: a thread of the pool, or the caller itself. Safe for use by
 * many threads.
 *
 * @param <F> the form of the function
 */
interface Lane<F> {

  /**
   * Sees that no further item of this run starts here and that the one being executed ends soon.
   *
   * @return what interrupts it, to be run soon and once, by a thread that nobody waits for; or null
   */
  @Nullable Runnable condemn(Run<F> run);

  /** A chunk has ended: tells whether it was the first of its worker. Called under the lock. */
  default boolean endsFirstChunk() {
    return false;
  }

  /** Tells whether {@link #abandon} can ever help. */
  boolean canBeAbandoned();

  /**
   * Gets rid of an item of this run that did not heed its interrupt.
   *
   * @return true if the run need not wait for this lane's chunks any more
   */
  boolean abandon(Run<F> run);

  /** Returns the item of this chunk that is being executed, null if there is none. */
  @Nullable UnderWay underWay(Chunk<F> chunk);

  /**
   * Condemns an item whose time is over, if it is still being executed.
   *
   * @return what interrupts it, to be run soon and once, by a thread that nobody waits for; null if
   *     it has ended
   */
  @Nullable Runnable expire(Chunk<F> chunk, int position);

  /** Gets rid of an item that {@link #expire} has condemned and that has not ended since. */
  void giveUp(Chunk<F> chunk, int position);
}
