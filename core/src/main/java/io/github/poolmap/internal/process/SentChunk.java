package io.github.poolmap.internal.process;

import io.github.poolmap.NotSerializableTaskException;
import io.github.poolmap.internal.run.Chunk;
import io.github.poolmap.internal.run.ItemFailure;
import io.github.poolmap.internal.run.Run;
import io.github.poolmap.internal.wire.ItemReader;
import io.github.poolmap.internal.wire.Ledger;
import io.github.poolmap.internal.wire.Outcome;
import io.github.poolmap.internal.wire.ProtocolException;
import io.github.poolmap.internal.wire.StackFile;
import io.github.poolmap.internal.wire.ThrownCodec;
import io.github.poolmap.internal.wire.ValueReader;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A chunk that a worker has: settles its items, by what the worker says or by what it left behind.
 */
final class SentChunk {

  /** So many deaths with the same chunk, none of its items begun, are its own fault. */
  private static final int FRUITLESS_DEATHS_ALLOWED = 2;

  /**
   * Outcomes that take less are too few to tell that no more of them fit: definitions of classes
   * are among them. Nor need they: a chunk is at most eight times as long as the longest before.
   */
  private static final int OUTBOX_OF_NO_CONCERN = Ledger.HALF_BYTES / 16;

  private static final int NONE = -1;

  private final Chunk<ShippedFunction> chunk;
  private final int id;
  private final boolean ahead;
  private final long sentAt = System.nanoTime();
  private final ItemReader results;
  private final @Nullable ValueReader large;
  private final int valueFile;
  private int outboxRead;
  private int lastInOutbox = NONE;
  private int inOutbox;
  private int executed;
  private boolean failed;

  /**
   * The positions of the items whose time is over. There may be several: the next one may begin
   * before the worker hears that none shall. Guarded by the executor.
   */
  private final BitSet expired = new BitSet();

  /** The position of the item that was stopped with its run, -1 if there is none. As above. */
  private int condemned = NONE;

  /** Whether the worker was told to begin no further item of it. Guarded by the executor. */
  private boolean cut;

  /** Whether it has been given back, and the worker has still to say that it has not begun it. */
  private volatile boolean recalled;

  /**
   * Notes that a chunk is being sent.
   *
   * @param id how frames and ledger call it
   * @param ahead whether the worker still has another one
   * @param large where large arrays are; null if all of them are in messages
   */
  SentChunk(PackedChunk packed, int id, boolean ahead, @Nullable ValueReader large) {
    this.chunk = packed.chunk();
    this.valueFile = packed.valueFile();
    this.id = id;
    this.ahead = ahead;
    this.large = large;
    ShippedFunction function = chunk.run().function();
    this.results = new ItemReader(function.classes(), function.codec(), large);
  }

  int id() {
    return id;
  }

  /** Returns the number of the files of its large values, which it has until it has ended. */
  int valueFile() {
    return valueFile;
  }

  int size() {
    return chunk.size();
  }

  /** Returns what is wanted to be known of its tasks; null if nothing is. */
  Chunk.@Nullable Measure measure() {
    return chunk.measure();
  }

  /** Returns how many of its items the worker has begun, as far as it has been heard. */
  int executed() {
    return executed;
  }

  Run<ShippedFunction> run() {
    return chunk.run();
  }

  boolean isOf(Chunk<ShippedFunction> which) {
    return chunk == which;
  }

  /** The time of an item is over. */
  void expire(int position) {
    expired.set(position);
  }

  /** An item is stopped with its run. */
  void condemn(int position) {
    condemned = position;
  }

  boolean isExpired(int position) {
    return expired.get(position);
  }

  /** The worker has been told to begin no further item; what it has not begun comes back. */
  void cut() {
    cut = true;
  }

  long sentAt() {
    return sentAt;
  }

  /**
   * The worker has been at it from start to end.
   *
   * @param lastEnd when it ended the chunk before it; 0 if there was none
   * @param isFollowed whether it has another chunk
   */
  void ran(long lastEnd, long start, long end, boolean isFollowed) {
    if (!recalled) {
      chunk.inRow(lastEnd, isFollowed);
      chunk.ran(start, end);
    }
  }

  /** So long the worker has computed meanwhile, if that is known. */
  void computed(long cpuNanos) {
    chunk.computed(cpuNanos);
  }

  boolean isOlderThan(long nanos) {
    return System.nanoTime() - sentAt >= nanos;
  }

  /** Tells whether the worker had another one when it was sent, which then is of the same call. */
  boolean isAhead() {
    return ahead;
  }

  boolean isRecalled() {
    return recalled;
  }

  /**
   * The worker will not begin it. Afterwards the items are to be given back, and nothing that is
   * heard of the chunk is about them any more.
   */
  void recall() {
    recalled = true;
  }

  /** Gives the items back, none of which has been begun. */
  void giveBack() {
    chunk.finish();
  }

  /** Delivers what is there, if somebody waits for it. */
  void publish() {
    chunk.publish();
  }

  /** Reads the outcomes that have been committed to the outbox since the last time. */
  void readOutbox(ChildJvm worker, int end) throws ProtocolException {
    if (end == outboxRead) {
      return;
    }
    Outcome.Reader outcomes =
        new Outcome.Reader(worker.ledger().outcomes(id, outboxRead, end), lastInOutbox);
    int before = executed;
    settleAll(outcomes, results, worker.toString());
    inOutbox += executed - before;
    chunk.received(end - outboxRead);
    lastInOutbox = outcomes.position();
    outboxRead = end;
  }

  /** Settles the item that an outcome is about which has come beside the outbox. */
  void readOutcome(ChildJvm worker, ByteBuffer payload) throws ProtocolException {
    chunk.received(payload.remaining());
    settleAll(new Outcome.Reader(payload, NONE), results.another(), worker.toString());
  }

  private void settleAll(Outcome.Reader outcomes, ItemReader reader, String worker)
      throws ProtocolException {
    while (outcomes.hasNext()) {
      outcomes.next();
      settle(outcomes, reader, worker);
    }
  }

  private void settle(Outcome.Reader outcome, ItemReader reader, String worker)
      throws ProtocolException {
    int position = outcome.position();
    if (position < 0 || position >= chunk.size() || chunk.isSettled(position)) {
      throw new ProtocolException("outcome for position " + position + " of " + chunk.size());
    }
    executed++;
    chunk.took(position, outcome.nanos());
    failed |= outcome.kind() != Outcome.Kind.VALUE;
    outcome.define(reader);
    ByteBuffer contents = outcome.contents();
    switch (outcome.kind()) {
      case VALUE -> settleValue(position, contents, reader, worker);
      case THROWN -> {
        ClassLoader loader = chunk.run().function().loader();
        chunk.fail(position, ItemFailure.thrown(ThrownCodec.decode(contents, loader), worker));
      }
      case UNSENDABLE -> {
        String message = Outcome.text(contents);
        NotSerializableTaskException cause =
            new NotSerializableTaskException(message, Outcome.text(contents), null);
        chunk.fail(position, new Unsendable(worker, true, cause));
      }
    }
  }

  private void settleValue(int position, ByteBuffer contents, ItemReader reader, String worker)
      throws ProtocolException {
    Object value;
    long bytes = contents.remaining();
    try {
      value = reader.read(contents);
    } catch (ProtocolException e) {
      throw e;
    } catch (Exception | Error e) {
      // Reading runs user code. What cannot be read is the fault of this item alone.
      failed = true;
      chunk.fail(position, new Unsendable(worker, true, Unsendable.unreadable(e)));
      return;
    }
    long largeBytes = large == null ? 0 : large.takeBytes();
    chunk.received(largeBytes);
    chunk.resultHolds(position, bytes + largeBytes);
    chunk.succeed(position, value);
  }

  /** Tells whether an item has failed and its call does not go on after that. */
  boolean endsItsCall() {
    return failed && !chunk.run().goesOnAfterFailure();
  }

  /**
   * The worker has ended the chunk.
   *
   * @param behindFailure whether the chunk before it has ended its call, too; then the worker has
   *     not begun it
   */
  void finish(ChildJvm worker, long workerNanos, long arrived, boolean behindFailure)
      throws ProtocolException {
    if (recalled) {
      return;
    }
    failIfExpired(worker, null, NONE);
    if (condemned != NONE && !chunk.isSettled(condemned)) {
      executed++;
      chunk.drop(condemned);
    }
    boolean mayBeShort = cut || behindFailure || chunk.run().isStopped() || endsItsCall();
    if (firstOpen() < chunk.size() && !mayBeShort) {
      throw new ProtocolException("chunk ended without an outcome for position " + firstOpen());
    }
    tellHowManyFit();
    // A chunk sent ahead waited in the worker, so its time on the way says nothing.
    chunk.finish(workerNanos, ahead ? Chunk.UNKNOWN : arrived - sentAt - workerNanos);
  }

  /** Tells how many outcomes such as those of this chunk the outbox has room for. */
  private void tellHowManyFit() {
    if (outboxRead > 0) {
      // Some of the next may be larger.
      long room = Ledger.HALF_BYTES - Ledger.HALF_BYTES / 8;
      boolean certain = outboxRead > OUTBOX_OF_NO_CONCERN;
      chunk.outcomesFit((int) (inOutbox * room / outboxRead), certain);
    }
  }

  /** The item whose time was over has ended, or ended with its worker. */
  private void failIfExpired(ChildJvm worker, @Nullable Crash crash, int crashedAt) {
    for (int position = expired.nextSetBit(0);
        position >= 0;
        position = expired.nextSetBit(position + 1)) {
      if (!chunk.isSettled(position)) {
        failExpired(worker, position, position == crashedAt ? crash : null);
      }
    }
  }

  private void failExpired(ChildJvm worker, int position, @Nullable Crash crash) {
    executed++;
    List<StackTraceElement> stack = StackFile.take(worker.folder(), id, position);
    ItemFailure failure =
        crash != null && stack.isEmpty()
            ? crash
            : ItemFailure.timedOut(chunk.run().taskTimeout(), stack, worker.toString());
    chunk.fail(position, failure);
  }

  /**
   * The worker is dead: settles what it was at, and gives back what it had not begun.
   *
   * @param dead the worker
   * @param word the ledger's item word
   * @param head whether this is the chunk that the worker was at, or was to begin next
   * @param killedFor the run for whose sake the worker was killed, if it was
   * @param crash the failure of the item that the worker died of
   */
  void settleAfterDeath(
      ChildJvm dead, long word, boolean head, @Nullable Run<?> killedFor, Crash crash) {
    // An exit takes its time. One that was under way when the time was over is what counts.
    boolean byItself = killedFor == null && !crash.isStop();
    int position = Ledger.positionOf(word);
    boolean come = Ledger.chunkOf(word) == id && position < chunk.size();
    failIfExpired(dead, byItself ? crash : null, come ? position : NONE);
    for (int earlier = 0; come && earlier < position; earlier++) {
      settleLost(earlier, crash);
    }
    if (come) {
      settleLast(position, Ledger.stateOf(word), killedFor, crash);
    }
    if (come || !head || killedFor != null) {
      chunk.finish();
    } else if (chunk.fruitlessDeaths() < FRUITLESS_DEATHS_ALLOWED) {
      chunk.finishFruitless();
    } else {
      chunk.fail(firstOpen(), crash);
      chunk.finish();
    }
  }

  /** An item that has ended: its outcome was damaged on the way, or there was none to be had. */
  private void settleLost(int position, Crash crash) {
    if (chunk.isSettled(position)) {
      return;
    }
    if (chunk.run().isStopped()) {
      // Condemned, and heeded it.
      chunk.drop(position);
    } else {
      // Not to be started a second time.
      chunk.fail(position, crash);
    }
  }

  /** The item that the ledger names. */
  private void settleLast(int position, int state, @Nullable Run<?> killedFor, Crash crash) {
    if (state == Ledger.DONE) {
      settleLost(position, crash);
    } else if (state != Ledger.REFUSED && !chunk.isSettled(position)) {
      if (state == Ledger.CONDEMNED || killedFor == chunk.run()) {
        chunk.drop(position);
      } else {
        chunk.fail(position, crash);
      }
    }
  }

  private int firstOpen() {
    int position = 0;
    while (position < chunk.size() && chunk.isSettled(position)) {
      position++;
    }
    return position;
  }
}
