package io.github.poolmap.internal.run;

import io.github.poolmap.PoolException;
import io.github.poolmap.TaskException;
import io.github.poolmap.TaskTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * The failure of an item as its worker recorded it. The exception is made of it in the thread of
 * the caller, because that takes the input's {@code toString()}, which is user code.
 */
public interface ItemFailure {

  /** How much of a stack a message shows; the exception has all of it. */
  int SHOWN_FRAMES = 12;

  /**
   * An item as its exception tells of it.
   *
   * @param index its position in the input
   * @param input its input as text
   * @param attempts how often it was started
   * @param note what the message says at its end, may be empty
   */
  record Item(long index, String input, int attempts, String note) {

    /** Returns what follows the reason in each message. */
    public String suffix() {
      return " (input: " + input + (attempts > 1 ? ", attempts: " + attempts : "") + ")" + note;
    }
  }

  /** Makes the exception. */
  PoolException toException(Item item);

  /** Returns the name of the kind of failure, for digests. */
  String label();

  /** What decides whether to try again: what the function threw, or else the exception itself. */
  default Throwable subject(Item item) {
    return toException(item);
  }

  /** Tells whether the worker died of the item. */
  default boolean isCrash() {
    return false;
  }

  /** Tells whether the item was started before it failed. */
  default boolean wasStarted() {
    return true;
  }

  /** The failure of an item that was not started because this one and others before it failed. */
  default ItemFailure notStarted() {
    throw new UnsupportedOperationException(label());
  }

  /** The same failure, with something else that went wrong on the way. */
  default ItemFailure withSuppressed(Throwable suppressed) {
    ItemFailure original = this;
    return new ItemFailure() {
      @Override
      public PoolException toException(Item item) {
        PoolException exception = original.toException(item);
        exception.addSuppressed(suppressed);
        return exception;
      }

      @Override
      public String label() {
        return original.label();
      }

      @Override
      public Throwable subject(Item item) {
        return original.subject(item);
      }

      @Override
      public boolean isCrash() {
        return original.isCrash();
      }

      @Override
      public boolean wasStarted() {
        return original.wasStarted();
      }

      @Override
      public ItemFailure notStarted() {
        return original.notStarted();
      }
    };
  }

  /** The function threw. */
  static ItemFailure thrown(Throwable thrown, String worker) {
    return new ItemFailure() {
      @Override
      public PoolException toException(Item item) {
        return new TaskException(
            "item "
                + item.index()
                + " failed in "
                + worker
                + ": "
                + Descriptions.ofThrown(thrown)
                + item.suffix(),
            thrown,
            item.index(),
            item.input(),
            worker,
            item.attempts());
      }

      @Override
      public String label() {
        return thrown.getClass().getSimpleName();
      }

      @Override
      public Throwable subject(Item item) {
        return thrown;
      }
    };
  }

  /** The time of the item was over. */
  static ItemFailure timedOut(Duration limit, List<StackTraceElement> stack, String worker) {
    return new ItemFailure() {
      @Override
      public PoolException toException(Item item) {
        StringBuilder message = new StringBuilder();
        message
            .append("item ")
            .append(item.index())
            .append(" took longer than its time limit of ")
            .append(limit)
            .append(" in ")
            .append(worker)
            .append(item.suffix());
        for (StackTraceElement frame : stack.subList(0, Math.min(SHOWN_FRAMES, stack.size()))) {
          message.append("\n  it was at ").append(frame);
        }
        return new TaskTimeoutException(
            message.toString(), limit, stack, item.index(), item.input(), worker, item.attempts());
      }

      @Override
      public String label() {
        return TaskTimeoutException.class.getSimpleName();
      }
    };
  }

  /** The call ended before the item did. */
  static ItemFailure unfinished(Supplier<? extends PoolException> cause) {
    return new ItemFailure() {
      @Override
      public PoolException toException(Item item) {
        return cause.get();
      }

      @Override
      public String label() {
        return cause.get().getClass().getSimpleName();
      }

      @Override
      public boolean wasStarted() {
        return false;
      }
    };
  }
}
