package io.github.poolmap.internal.process;

import io.github.poolmap.NotSerializableTaskException;
import io.github.poolmap.TaskException;
import io.github.poolmap.internal.run.ItemFailure;
import io.github.poolmap.internal.wire.Texts;

/** Failures of items whose input or result cannot travel. */
final class Unsendable {

  private Unsendable() {}

  /** The failure of an item, with what it is due to. */
  static ItemFailure failure(String worker, int attempts, NotSerializableTaskException cause) {
    return (index, input) ->
        new TaskException(
            "item " + index + ": " + cause.getMessage() + " (input: " + input + ")",
            cause,
            index,
            input,
            worker,
            attempts);
  }

  /** What an item failed of, if it was not the serialization itself that said so. */
  static NotSerializableTaskException because(String what, Throwable cause) {
    return new NotSerializableTaskException(
        "the " + what + " cannot be sent: " + Texts.of(cause), what, cause);
  }
}
