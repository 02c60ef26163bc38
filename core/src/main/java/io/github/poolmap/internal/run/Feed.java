package io.github.poolmap.internal.run;

import java.util.Collection;
import java.util.Iterator;

/** Reads the inputs of a call that does not wait for its results one by one. */
final class Feed {

  private Feed() {}

  /**
   * Hands the inputs to the run: a collection as it is now, others as they come. Reading them is
   * user code of the run, which its stop interrupts. What it throws stops the run and reaches the
   * caller by it.
   */
  static <F> void feed(Run<F> run, Stage<F> stage, Iterable<?> inputs) {
    UserCode reading = run.reading();
    Throwable failure = null;
    boolean interrupted = false;
    reading.enterAnyway(run);
    try {
      if (inputs instanceof Collection<?> collection) {
        run.appendAll(Inputs.snapshot(collection));
      } else {
        interrupted = readOneByOne(run, stage, inputs);
      }
    } catch (Throwable t) {
      failure = t;
    }
    boolean kept = reading.leave() == UserCode.End.KEPT;
    // An iterator that was interrupted where it blocks throws, and leaves the flag set if it is
    // well behaved: then it is not the input that has failed. Where nobody waits for the call, an
    // interrupt is not meant for it.
    boolean callerWaits = run.context().caller() != null;
    interrupted |= failure != null && kept && callerWaits && Thread.currentThread().isInterrupted();
    if (interrupted) {
      run.stop(run.interruption());
      Thread.currentThread().interrupt();
      run.endInput();
    } else if (failure != null && (kept || isOfItsOwn(run, failure))) {
      run.failInput(failure);
      stage.resign(run);
    } else {
      // What could not be read any more because the run was stopped is no input of it.
      run.endInput();
    }
  }

  /**
   * Tells whether the input has failed by itself, though its reader was interrupted, because the
   * time of the call was over: then it shall be heard, or the input would seem to end there.
   */
  static boolean isOfItsOwn(Run<?> run, Throwable failure) {
    return !run.wantsNoMoreInput() && !Interrupts.areBehind(failure);
  }

  /** True if it ended because the calling thread was interrupted, by somebody else than the run. */
  private static <F> boolean readOneByOne(Run<F> run, Stage<F> stage, Iterable<?> inputs) {
    Iterator<?> iterator = inputs.iterator();
    // Looked at before the input is: that may block, or throw because of an interrupt.
    while (goesOn(run) && iterator.hasNext()) {
      Object input = iterator.next();
      if (!goesOn(run)) {
        break;
      }
      run.append(input);
      stage.work(run);
      run.awaitRoom();
    }
    return isInterrupted(run);
  }

  private static boolean goesOn(Run<?> run) {
    if (run.wantsNoMoreInput() || isInterrupted(run)) {
      return false;
    }
    UserCode reading = run.reading();
    if (reading.isCondemned()) {
      // The items were stopped, but the call tells of each of them. From here on an interrupt, or
      // an exception of the iterator, has nothing to do with that stop.
      reading.leave();
      reading.enterAnyway(run);
      // What has stopped the whole call meanwhile may have reached the stretch before this one.
      return !run.wantsNoMoreInput();
    }
    return true;
  }

  private static boolean isInterrupted(Run<?> run) {
    return Thread.currentThread().isInterrupted() && !run.reading().isCondemned();
  }
}
