package io.github.poolmap.internal.run;

import org.jspecify.annotations.Nullable;

/**
 * Keeps what became of the items of a run until the caller takes it. Everything is called under the
 * lock of the run.
 */
abstract class Sink {

  /** What the failure of an item does to its run. */
  enum OnFailure {
    /** The run stops. */
    STOP,
    /** Items before it are brought to their end, none behind it is started. */
    FINISH_EARLIER,
    /** Nothing: it is an outcome like others. */
    GO_ON
  }

  abstract OnFailure onFailure();

  /** Tells whether it wants to know how long each item took. */
  boolean wantsTimes() {
    return false;
  }

  /** Tells whether it is emptied while the run goes on, by a reader whose pace counts. */
  boolean isStream() {
    return false;
  }

  /** Returns how many serialized bytes the results had that wait here for their reader. */
  long bytesHeld() {
    return 0;
  }

  /** So many inputs are there, and no more will come. */
  void expect(int size) {}

  /** An item has its result. */
  abstract void succeed(Chunk<?> chunk, int position);

  /** An item has failed for good. */
  abstract void fail(Settled failed);

  /**
   * An item has been begun and not ended when the run was stopped.
   *
   * @param unfinished says why, to calls that tell what became of each item
   */
  abstract void leaveOpen(Settled unfinished);

  /** Where a lane may put results itself; null if it has to deliver them. */
  @Nullable Object @Nullable [] target() {
    return null;
  }
}
