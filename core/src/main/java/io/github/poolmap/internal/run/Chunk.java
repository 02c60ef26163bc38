package io.github.poolmap.internal.run;

import org.jspecify.annotations.Nullable;

/**
 * Consecutive items of a run in the hands of one lane.
 *
 * <p>The lane settles the items it executed, and calls {@link #finish} once: what is not settled by
 * then goes back to the run, to be claimed again. Everything is called by the thread of that lane,
 * which needs no lock before {@code finish}; {@link #fail} alone is heard by the run at once.
 *
 * @param <F> the form of the function
 */
public final class Chunk<F> {

  /** Stands for a time that says nothing. */
  public static final long UNKNOWN = -1;

  private final Run<F> run;
  private final @Nullable Object[] inputs;
  private final int from;
  private int size;
  private final int fruitlessDeaths;
  private final @Nullable Object[] values;
  private final boolean[] settled;

  /** Set under the run's lock when the run no longer waits for this chunk. */
  boolean abandoned;

  Chunk(Run<F> run, @Nullable Object[] inputs, int from, int to, int fruitlessDeaths) {
    this.run = run;
    this.inputs = inputs;
    this.from = from;
    this.size = to - from;
    this.fruitlessDeaths = fruitlessDeaths;
    this.values = new Object[size];
    this.settled = new boolean[size];
  }

  public Run<F> run() {
    return run;
  }

  public int size() {
    return size;
  }

  public @Nullable Object input(int position) {
    return inputs[from + position];
  }

  /** Returns how many workers died in a row with these items before they began one of them. */
  public int fruitlessDeaths() {
    return fruitlessDeaths;
  }

  public boolean isSettled(int position) {
    return settled[position];
  }

  /** The item has its result. */
  public void succeed(int position, @Nullable Object value) {
    settle(position);
    values[position] = value;
  }

  /** The item has failed by its own fault; the run stops. */
  public void fail(int position, ItemFailure failure) {
    settle(position);
    run.failed(this, from + position, failure);
  }

  /** The item was begun and is stopped for the sake of the whole run: it has no outcome. */
  public void drop(int position) {
    settle(position);
  }

  private void settle(int position) {
    if (settled[position]) {
      throw new IllegalStateException("item " + (from + position) + " has an outcome already");
    }
    settled[position] = true;
  }

  /** Gives the items from this position on back to the run; none of them has been begun. */
  public void giveBackFrom(int position) {
    if (position < size) {
      run.giveBack(from + position, from + size);
      size = position;
    }
  }

  /**
   * Ends the chunk.
   *
   * @param workerNanos time in the worker
   * @param handoverNanos time that getting it there and back has cost, or {@link #UNKNOWN}
   */
  public void finish(long workerNanos, long handoverNanos) {
    run.finish(this, workerNanos, handoverNanos, 0);
  }

  /** Ends a chunk whose times say nothing: not all of it was executed. */
  public void finish() {
    run.finish(this, UNKNOWN, UNKNOWN, 0);
  }

  /** Ends the chunk after its worker died before it began any item. */
  public void finishFruitless() {
    run.finish(this, UNKNOWN, UNKNOWN, fruitlessDeaths + 1);
  }

  int from() {
    return from;
  }

  @Nullable Object value(int position) {
    return values[position];
  }
}
