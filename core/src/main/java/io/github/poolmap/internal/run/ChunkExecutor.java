package io.github.poolmap.internal.run;

import io.github.poolmap.WorkerStartException;
import org.jspecify.annotations.Nullable;

/**
 * What a lane does with a chunk: the one thing in which kinds of pools differ.
 *
 * <p>{@link #condemn} and {@link #abandon} are called by any thread, without a lock, the others by
 * the lane's thread.
 *
 * @param <F> the form in which this kind of pool needs the function
 */
public interface ChunkExecutor<F> {

  /** Tells whether {@link #execute} can begin at once. */
  boolean isOpen();

  /** Makes ready for {@link #execute}; may take as long as a JVM's boot. */
  void open() throws WorkerStartException;

  /** Executes the chunk, and every one that it takes from {@code more}, to its {@code finish}. */
  void execute(Chunk<F> chunk, MoreChunks<F> more);

  /**
   * Sees that no further item of this run starts here and that the one being executed, if there is
   * one, ends soon.
   *
   * @return what interrupts it, to be run soon and once, by a thread that nobody waits for; or null
   */
  @Nullable Runnable condemn(Run<F> run);

  /**
   * Gets rid of an item of this run that did not heed its interrupt.
   *
   * @return true if the lane's thread is lost to it, so that the lane has to be replaced
   */
  boolean abandon(Run<F> run);

  /** Tells whether {@link #abandon} has given up the lane's thread. */
  boolean isLost();

  /** Gives up what {@link #open} got. */
  void close();

  /** A source of further chunks for executors that prepare one while another is executed. */
  @FunctionalInterface
  interface MoreChunks<F> {

    /** Returns another chunk of this run, or null if there is none now that is worth it. */
    @Nullable Chunk<F> takeAhead(Run<F> run);
  }
}
