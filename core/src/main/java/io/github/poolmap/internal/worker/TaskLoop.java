package io.github.poolmap.internal.worker;

import io.github.poolmap.Mapper;
import io.github.poolmap.NotSerializableTaskException;
import io.github.poolmap.internal.wire.ChunkMessage;
import io.github.poolmap.internal.wire.Frame;
import io.github.poolmap.internal.wire.FrameChannel;
import io.github.poolmap.internal.wire.FrameType;
import io.github.poolmap.internal.wire.Functions;
import io.github.poolmap.internal.wire.Ledger;
import io.github.poolmap.internal.wire.ObjectCodec;
import io.github.poolmap.internal.wire.Outcome;
import io.github.poolmap.internal.wire.Packer;
import io.github.poolmap.internal.wire.Progress;
import io.github.poolmap.internal.wire.ProtocolException;
import io.github.poolmap.internal.wire.ThrownCodec;
import io.github.poolmap.internal.wire.TooLargeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads functions and chunks from the data socket, executes the items one after the other, and
 * writes their outcomes to the ledger's outbox.
 *
 * <p>The order of the steps is what the parent relies on when this JVM dies: the item word names an
 * item before anything of it happens, its outcome is committed before the word says done, and the
 * next item begins after that. An outcome for which the outbox has no room is on the socket before
 * then.
 */
final class TaskLoop {

  /** A doorbell wakes the parent, so it is not rung for each of many quick items. */
  private static final long DOORBELL_NANOS = 20_000_000;

  private final FrameChannel data;
  private final Ledger ledger;
  private final ItemGate gate;
  private final Functions<RemoteFunction> functions = new Functions<>();
  private final Packer outcome = new Packer(1024);

  // The chunk being executed.
  private int chunk;
  private long chunkStart;
  private int outboxEnd;
  private boolean outboxFull;
  private long lastDoorbell;

  TaskLoop(FrameChannel data, Ledger ledger, ItemGate gate) {
    this.data = data;
    this.ledger = ledger;
    this.gate = gate;
  }

  /** Works until the socket ends. */
  void run() throws IOException {
    Frame frame;
    while ((frame = data.read()) != null) {
      switch (frame.type()) {
        case FUNCTION -> functions.put(frame.id(), new RemoteFunction(frame.payload()));
        case CHUNK -> execute((int) frame.id(), ChunkMessage.read(frame.payload()));
        default -> throw new ProtocolException("not for a worker: " + frame.type());
      }
    }
  }

  private void execute(int newChunk, ChunkMessage message) throws IOException {
    chunk = newChunk;
    chunkStart = System.nanoTime();
    lastDoorbell = chunkStart;
    outboxEnd = 0;
    outboxFull = false;
    ledger.openOutbox(chunk);
    RemoteFunction function = functions.get(message.functionId());
    if (function == null) {
      throw new ProtocolException("chunk for an unknown function " + message.functionId());
    }
    boolean goOn = true;
    while (goOn && message.hasNext()) {
      int position = message.nextPosition();
      ByteBuffer item = message.nextItem();
      ledger.setItem(chunk, position, Ledger.DECODING);
      if (ledger.isStopped(chunk)) {
        ledger.moveItem(chunk, position, Ledger.DECODING, Ledger.DONE);
        break;
      }
      boolean failed = executeItem(function, position, item);
      goOn = !failed || !message.endsAtFailure();
      if (failed || System.nanoTime() - lastDoorbell > DOORBELL_NANOS) {
        ringDoorbell();
      }
    }
    data.write(FrameType.CHUNK_END, chunk, progress().pack());
  }

  /** Executes one item; true if it failed, which the parent should hear of at once. */
  private boolean executeItem(RemoteFunction function, int position, ByteBuffer item)
      throws IOException {
    outcome.truncate(0);
    Object input;
    Mapper<Object, Object> mapper;
    String reading = "function";
    try {
      mapper = function.mapper();
      reading = "input";
      input = ObjectCodec.decode(item, RemoteFunction.loader());
    } catch (Exception | Error e) {
      packUnsendable(position, "the " + reading + " cannot be read in the worker: " + e, reading);
      if (!ledger.moveItem(chunk, position, Ledger.DECODING, Ledger.ENCODING)) {
        return false;
      }
      commit(position);
      return true;
    }
    if (!ledger.moveItem(chunk, position, Ledger.DECODING, Ledger.RUNNING)) {
      return false;
    }
    Object value = null;
    Throwable thrown = null;
    Thread.currentThread().setContextClassLoader(RemoteFunction.loader());
    gate.enter(chunk, position);
    try {
      value = call(mapper, input);
    } catch (Throwable t) {
      thrown = t;
    }
    gate.leave();
    if (!ledger.moveItem(chunk, position, Ledger.RUNNING, Ledger.ENCODING)) {
      return false;
    }
    boolean failed = thrown != null || !packValue(position, value);
    if (thrown != null) {
      packThrown(position, thrown);
    }
    commit(position);
    return failed;
  }

  @SuppressWarnings("NullAway") // Null inputs are ordinary values; T is whatever the caller says.
  private static @Nullable Object call(Mapper<Object, Object> mapper, @Nullable Object input)
      throws Exception {
    return mapper.map(input);
  }

  private void packThrown(int position, Throwable thrown) {
    int start = Outcome.begin(outcome, position, Outcome.Kind.THROWN);
    ThrownCodec.encode(outcome, thrown);
    Outcome.end(outcome, start);
  }

  /** False if the result cannot be sent; the outcome then says so. */
  private boolean packValue(int position, @Nullable Object value) {
    int start = Outcome.begin(outcome, position, Outcome.Kind.VALUE);
    try {
      ObjectCodec.encode(outcome, value, "result");
      Outcome.end(outcome, start);
      return true;
    } catch (NotSerializableTaskException e) {
      packUnsendable(position, String.valueOf(e.getMessage()), e.path());
    } catch (TooLargeException e) {
      packUnsendable(position, "the result cannot be sent: " + e.getMessage(), "result");
    }
    return false;
  }

  private void packUnsendable(int position, String message, String path) {
    outcome.truncate(0);
    int start = Outcome.begin(outcome, position, Outcome.Kind.UNSENDABLE);
    outcome.putString(message).putString(path);
    Outcome.end(outcome, start);
  }

  /** Hands the packed outcome over, so that nothing which happens to this JVM can take it back. */
  private void commit(int position) throws IOException {
    int size = outcome.size();
    outboxFull |= outboxEnd + size > Ledger.HALF_BYTES;
    if (outboxFull) {
      data.write(FrameType.OUTCOME, chunk, outcome);
    } else {
      ledger.writeOutcome(chunk, outboxEnd, outcome.array(), size);
      outboxEnd += size;
      ledger.commit(chunk, outboxEnd);
    }
    // If the parent condemned it in the meantime, its outcome is there all the same: in time.
    ledger.moveItem(chunk, position, Ledger.ENCODING, Ledger.DONE);
  }

  private void ringDoorbell() throws IOException {
    data.write(FrameType.DOORBELL, chunk, progress().pack());
    lastDoorbell = System.nanoTime();
  }

  private Progress progress() {
    return new Progress(outboxEnd, System.nanoTime() - chunkStart);
  }
}
