package io.github.poolmap.internal.process;

import io.github.poolmap.NotSerializableTaskException;
import io.github.poolmap.PoolException;
import io.github.poolmap.TaskException;
import io.github.poolmap.internal.run.ItemFailure;
import io.github.poolmap.internal.wire.Texts;

/**
 * The failure of an item whose input or result cannot travel.
 *
 * @param worker who had the item
 * @param wasStarted whether it is the result
 * @param cause what it is due to
 */
record Unsendable(String worker, boolean wasStarted, NotSerializableTaskException cause)
    implements ItemFailure {

  /** What an item failed of, if it was not the serialization itself that said so. */
  static NotSerializableTaskException because(String what, Throwable cause) {
    return new NotSerializableTaskException(
        "the " + what + " cannot be sent: " + Texts.of(cause), what, cause);
  }

  /** What an item failed of whose result has come and cannot be read here. */
  static NotSerializableTaskException unreadable(Throwable cause) {
    return new NotSerializableTaskException(
        "the result cannot be read: " + Texts.of(cause), "result", cause);
  }

  @Override
  public PoolException toException(Item item) {
    return new TaskException(
        "item " + item.index() + ": " + cause.getMessage() + item.suffix(),
        cause,
        item.index(),
        item.input(),
        worker,
        item.attempts());
  }

  @Override
  public String label() {
    return cause.getClass().getSimpleName();
  }

  @Override
  public Throwable subject(Item item) {
    return cause;
  }
}
