package io.github.poolmap.internal.run;

import io.github.poolmap.WorkerStartException;
import org.jspecify.annotations.Nullable;

/**
 * What a lane does with a chunk: the one thing in which kinds of pools differ.
 *
 * <p>{@link #isOpen}, {@link #hasSuccessor}, {@link #open}, {@link #execute} and {@link #close} are
 * called by the lane's thread, the others by any thread, without a lock.
 *
 * @param <F> the form in which this kind of pool needs the function
 */
public interface ChunkExecutor<F> {

  /** Tells whether {@link #execute} can begin at once. */
  boolean isOpen();

  /** Makes ready for {@link #execute}; may take as long as a JVM's boot and an initializer. */
  void open() throws WorkerStartException;

  /** Tells whether the worker that {@link #open} will get is there already, or about to be. */
  default boolean hasSuccessor() {
    return false;
  }

  /**
   * Makes an {@link #open} that is under way fail soon, and those to come.
   *
   * @return what interrupts it, to be run soon and once, by a thread that nobody waits for; or null
   */
  default @Nullable Runnable refuseToOpen() {
    return null;
  }

  /** Returns the worker as messages name it; it is open. */
  String workerName();

  /** Returns the process of the worker; 0 if it is a thread of this JVM. It is open, or was. */
  default long pid() {
    return 0;
  }

  /** Returns why the worker has ended, in a few words; empty if not for a reason of its own. */
  default String whyEnded() {
    return "";
  }

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

  /** Returns the item of this chunk that is being executed, null if there is none. */
  @Nullable UnderWay underWay(Chunk<F> chunk);

  /**
   * Condemns an item whose time is over, if it is still being executed: it will fail for that.
   *
   * @return what interrupts it, to be run soon and once, by a thread that nobody waits for; null if
   *     it has ended
   */
  @Nullable Runnable expire(Chunk<F> chunk, int position);

  /**
   * Gets rid of an item that {@link #expire} has condemned and that has not ended since.
   *
   * @return null unless the lane's thread is lost to it; then what ends the chunk in its place, to
   *     be run once the lane has been replaced, by a thread that nobody waits for: it runs user
   *     code
   */
  @Nullable Runnable giveUp(Chunk<F> chunk, int position);

  /** Tells whether the lane's thread is lost to an item that had to be given up. */
  boolean isLost();

  /**
   * Gives a chunk back to its run that was prepared long ago and has not been begun, because
   * another one takes longer than was to be expected.
   *
   * @param age how long ago in nanoseconds
   * @return true if there is a chunk that is not as old as that
   */
  default boolean recallAhead(long age) {
    return false;
  }

  /** Tells whether what {@link #open} got is still alive. */
  default boolean isWorking() {
    return true;
  }

  /** Gives up what {@link #open} got. */
  void close();

  /** Does so in place of a lane's thread that has been lost, and may never come to it. */
  default void closeForLost() {}

  /** A source of further chunks for executors that prepare one while another is executed. */
  @FunctionalInterface
  interface MoreChunks<F> {

    /** Returns another chunk of this run, or null if there is none now that is worth it. */
    @Nullable Chunk<F> takeAhead(Run<F> run);
  }
}
