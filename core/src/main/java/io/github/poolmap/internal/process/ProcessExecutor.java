package io.github.poolmap.internal.process;

import io.github.poolmap.WorkerCrashedException.Death;
import io.github.poolmap.WorkerCrashedException.Reason;
import io.github.poolmap.WorkerStartException;
import io.github.poolmap.internal.run.Chunk;
import io.github.poolmap.internal.run.ChunkExecutor;
import io.github.poolmap.internal.run.Errands;
import io.github.poolmap.internal.run.Run;
import io.github.poolmap.internal.run.UnderWay;
import io.github.poolmap.internal.run.UserCode;
import io.github.poolmap.internal.wire.ChunkMessage;
import io.github.poolmap.internal.wire.Frame;
import io.github.poolmap.internal.wire.FrameChannel;
import io.github.poolmap.internal.wire.FrameType;
import io.github.poolmap.internal.wire.Functions;
import io.github.poolmap.internal.wire.Ledger;
import io.github.poolmap.internal.wire.Progress;
import io.github.poolmap.internal.wire.ProtocolException;
import io.github.poolmap.internal.wire.ValueWriter;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes the chunks of one lane to its worker JVM and brings the outcomes back.
 *
 * <h2>The dialogue</h2>
 *
 * <p>The lane's thread writes a chunk and reads until the worker says that it has ended. At most
 * one more chunk is sent ahead, and only if it fits into the socket's buffer beside everything
 * else: the worker does not read while it executes, so a larger one could block this side in
 * writing while the other is blocked in writing an outcome.
 *
 * <h2>Death</h2>
 *
 * <p>The end of the data socket is the worker's end. What it had finished is on the socket or in
 * the ledger's outbox and counts; the item that the ledger names as under way is the one it died
 * of; what it had not begun goes back to the run. If it died without having begun anything, several
 * times in a row with the same chunk, the first item of that chunk is held responsible: nothing
 * else could be, and without that it would go on for ever.
 *
 * <h2>Stop</h2>
 *
 * <p>Other threads stop a run here by the ledger (no item of its chunk starts any more, the one
 * that runs is condemned) and by an order on the control socket (interrupt it); if that does not
 * help, by killing the JVM, which this lane then meets as its end.
 */
final class ProcessExecutor implements ChunkExecutor<ShippedFunction> {

  private static final Logger LOG = LoggerFactory.getLogger(ProcessExecutor.class);

  /**
   * What reading a function and its input may take beyond the time limit of an item, which begins
   * when the function does: a fresh JVM loads many classes with them.
   */
  private static final long READING_NANOS = 10_000_000_000L;

  private final ProcessBackend backend;
  private final int slot;
  private final String name;

  /** Written by the lane's thread under the guard. */
  private @Nullable ChildJvm worker;

  /** What the worker has been sent and not ended; written by the lane's thread under the guard. */
  private final Deque<SentChunk> onBoard = new ArrayDeque<>();

  /** The run for whose sake the worker is killed. Guarded by guard. */
  private @Nullable Run<?> killedFor;

  private final WorkerStarter starter;
  private final PauseMeter pauses = new PauseMeter();

  private final Object guard = new Object();
  private final UserCode userCode = new UserCode();

  // Of the lane's thread alone.

  /** What the worker has, with the latest call that used each of them. */
  private Functions<Long> functions = new Functions<>();

  /**
   * What has to be added to times of the worker's clock. What it says arrives later than it is
   * said, so of all differences, where there are any, the least is the nearest.
   */
  private long clockOffset;

  /** When the worker ended its last chunk. */
  private long lastRunEnd;

  private long lastPid;
  private String whyEnded = "";

  /** Whether the worker's last chunk has ended its call by a failure. */
  private boolean callFailed;

  /**
   * The worker that is to come after this one, if one is being started. Guarded by guard, as is
   * whether the lane's thread is lost and starts none any more.
   */
  private @Nullable Successor successor;

  private boolean closedForLost;

  /** The end of the worker before this one. */
  private @Nullable CountDownLatch retirement;

  ProcessExecutor(ProcessBackend backend, int slot, String name) {
    this.backend = backend;
    this.slot = slot;
    this.name = name;
    this.starter = new WorkerStarter(backend, slot, name);
  }

  // ---- start and end of the worker

  @Override
  public boolean isOpen() {
    ChildJvm current = worker;
    if (current == null) {
      return false;
    }
    if (current.isAlive()) {
      current.endWork();
      String exceeded = backend.limits().exceededBy(current);
      if (exceeded != null) {
        // It stays until another one has taken its place.
        LOG.debug("{}: is replaced: {}", current, exceeded);
        current.taint(exceeded);
        whyEnded = exceeded;
      }
      return exceeded == null;
    }
    LOG.atLevel(ProgramEnd.levelOfLoss()).log("{}: ended while it had nothing to do", current);
    whyEnded = "ended while it had nothing to do";
    letGo();
    return false;
  }

  @Override
  public boolean hasSuccessor() {
    synchronized (guard) {
      return successor != null;
    }
  }

  @Override
  public void open() throws WorkerStartException {
    Successor coming = takeSuccessor();
    ChildJvm next = coming == null ? null : coming.take();
    if (next == null || !next.isAlive()) {
      dismiss(next);
      next = starter.start();
    }
    functions = new Functions<>();
    callFailed = false;
    clockOffset = next.clockOffset();
    lastRunEnd = 0;
    pauses.reset();
    lastPid = next.pid();
    whyEnded = "";
    ChildJvm before;
    synchronized (guard) {
      before = worker;
      worker = next;
      killedFor = null;
    }
    if (before != null) {
      retire(before);
    }
  }

  private void dismiss(@Nullable ChildJvm unused) {
    if (unused != null) {
      backend.release(unused);
    }
  }

  /** Ends a worker that has been replaced. Nobody has to wait for its goodbye. */
  private void retire(ChildJvm old) {
    awaitRetirement();
    CountDownLatch gone = new CountDownLatch(1);
    retirement = gone;
    Errands.run(
        () -> {
          try {
            backend.release(old);
          } finally {
            gone.countDown();
          }
        });
  }

  private void awaitRetirement() {
    CountDownLatch ending = retirement;
    retirement = null;
    boolean interrupted = false;
    while (ending != null) {
      try {
        ending.await();
        break;
      } catch (InterruptedException e) {
        // The end of a worker is bounded.
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String workerName() {
    ChildJvm current = worker;
    return current == null ? name : current.toString();
  }

  @Override
  public long pid() {
    return lastPid;
  }

  @Override
  public String whyEnded() {
    return whyEnded;
  }

  @Override
  public void close() {
    letGo();
    Successor unused = takeSuccessor();
    if (unused != null) {
      dismiss(unused);
    }
    awaitRetirement();
  }

  private @Nullable Successor takeSuccessor() {
    synchronized (guard) {
      Successor taken = successor;
      successor = null;
      return taken;
    }
  }

  /** A closing pool ends what is being started at once; otherwise nobody is to wait for it. */
  private void dismiss(Successor unused) {
    if (backend.isRefusing()) {
      dismiss(unused.take());
    } else {
      Errands.run(() -> dismiss(unused.take()));
    }
  }

  private void letGo() {
    ChildJvm last;
    synchronized (guard) {
      last = worker;
      worker = null;
    }
    dismiss(last);
  }

  @Override
  public boolean isWorking() {
    synchronized (guard) {
      return worker != null && worker.isAlive();
    }
  }

  // ---- the dialogue

  @Override
  public void execute(Chunk<ShippedFunction> first, MoreChunks<ShippedFunction> more) {
    ChildJvm current = worker;
    if (current == null) {
      throw new IllegalStateException(name + " is not open");
    }
    if (!current.beginWork()) {
      // The program ends and has told it to go. A hook may wait for these items, so another one has
      // to do them.
      first.finish();
      letGo();
      return;
    }
    IOException violation = null;
    PackedChunk waiting = null;
    try {
      waiting = pack(first, current);
      while (waiting != null || !onBoard.isEmpty()) {
        prepareSuccessor(current);
        if (waiting == null && onBoard.size() == 1 && tasksLeft(current) > 0) {
          // Of the same run alone: what stops one run must not cost another one its worker.
          Chunk<ShippedFunction> ahead = more.takeAhead(first.run());
          waiting = ahead == null ? null : pack(ahead, current);
        }
        if (waiting != null && (onBoard.isEmpty() || fitsAhead(current, waiting))) {
          PackedChunk next = waiting;
          waiting = null;
          if (next.chunk().run().isStopped()) {
            next.chunk().finish();
          } else {
            send(current, next);
          }
        } else {
          Frame frame = current.data().read();
          if (frame == null) {
            break;
          }
          take(current, frame);
        }
      }
    } catch (ProtocolException e) {
      violation = e;
    } catch (IOException gone) {
      LOG.debug("{}: gone while being written to: {}", current, gone.getMessage());
    } catch (LaneLostException e) {
      // Nobody waits for these chunks any more; the worker goes when the lane closes.
      return;
    }
    if (waiting != null) {
      // Never sent.
      waiting.chunk().finish();
    }
    if (violation != null || waiting != null || !onBoard.isEmpty()) {
      outlive(current, violation);
    } else {
      current.trimValues(ValueWriter.KEPT_BYTES);
    }
  }

  /** Serializes a chunk, which runs user code. The worker has one other chunk at most. */
  private @Nullable PackedChunk pack(Chunk<ShippedFunction> chunk, ChildJvm current) {
    userCode.enterAnyway(chunk.run());
    try {
      SentChunk before = onBoard.peekLast();
      int valueFile = before == null ? 0 : 1 - before.valueFile();
      return PackedChunk.pack(chunk, name, tasksLeft(current), current.largeInputs(), valueFile);
    } finally {
      leaveUserCode();
    }
  }

  /** Returns how many more items the worker may be sent. */
  private int tasksLeft(ChildJvm current) {
    return backend.limits().tasksLeft(current) - tasksOnBoard();
  }

  private int tasksOnBoard() {
    int sent = 0;
    for (SentChunk each : onBoard) {
      sent += each.size();
    }
    return sent;
  }

  /** Starts the next worker in time. */
  private void prepareSuccessor(ChildJvm current) {
    if (backend.limits().isNearlyExceededBy(current, tasksOnBoard())) {
      synchronized (guard) {
        if (successor == null && !closedForLost) {
          successor = Successor.start(starter, name);
        }
      }
    }
  }

  private void leaveUserCode() {
    if (userCode.leave() == UserCode.End.LOST) {
      throw new LaneLostException();
    }
  }

  private boolean fitsAhead(ChildJvm current, PackedChunk packed) throws IOException {
    ShippedFunction function = packed.chunk().run().function();
    long bytes = packed.message().size() + 1024L;
    if (functions.get(function.id()) == null) {
      bytes += function.bytes().length;
    }
    return onBoard.size() == 1 && bytes <= current.data().sureToFit();
  }

  private void send(ChildJvm current, PackedChunk packed) throws IOException {
    SentChunk sent =
        new SentChunk(packed, current.nextChunkId(), !onBoard.isEmpty(), current.largeResults());
    if (onBoard.isEmpty()) {
      packed.chunk().running(sent.sentAt());
    }
    pauses.sending(current, sent);
    synchronized (guard) {
      onBoard.addLast(sent);
    }
    Chunk<ShippedFunction> chunk = packed.chunk();
    chunk.assignTo(current.toString());
    chunk.placeIn(slot, current.pid());
    if (chunk.run().isStopped()) {
      // Stopped before it was on board, so nobody has told the ledger yet.
      current.ledger().stopChunk(sent.id());
    }
    ShippedFunction function = chunk.run().function();
    Long latestCall = functions.get(function.id());
    if (latestCall == null) {
      chunk.sent(function.bytes().length);
      current.data().writeWithNext(FrameType.FUNCTION, function.id(), function.bytes());
    }
    // Calls may take turns. What was there for an earlier one is there for the latest, too.
    boolean opensCall = latestCall == null || function.call() > latestCall;
    if (opensCall) {
      functions.put(function.id(), function.call());
    }
    chunk.sent(packed.bytes());
    ChunkMessage.stamp(packed.message(), sent.isAhead(), opensCall);
    current.data().write(FrameType.CHUNK, sent.id(), packed.message());
  }

  /** Hears what the worker says. Reading exceptions and results runs user code. */
  private void take(ChildJvm current, Frame frame) throws ProtocolException {
    long arrived = System.nanoTime();
    SentChunk sent = onBoard.peekFirst();
    if (sent == null || sent.id() != frame.id()) {
      throw new ProtocolException(frame.type() + " about chunk " + frame.id());
    }
    userCode.enterAnyway(sent.run());
    try {
      take(current, frame, sent, arrived);
    } finally {
      leaveUserCode();
    }
  }

  private void take(ChildJvm current, Frame frame, SentChunk sent, long arrived)
      throws ProtocolException {
    switch (frame.type()) {
      case DOORBELL -> {
        sent.readOutbox(current, Progress.read(frame.payload()).outboxEnd());
        sent.publish();
        cutIfTooLarge(current, sent);
      }
      case OUTCOME -> {
        sent.readOutcome(current, frame.payload());
        sent.publish();
      }
      case CHUNK_END -> {
        Progress progress = Progress.read(frame.payload());
        sent.readOutbox(current, progress.outboxEnd());
        synchronized (guard) {
          // From here on nothing that is meant for its items finds them.
          onBoard.removeFirst();
        }
        noteTimes(sent, progress, arrived);
        boolean behindFailure = callFailed && sent.isAhead();
        callFailed = !behindFailure && sent.endsItsCall();
        try {
          sent.finish(current, progress.workerNanos(), arrived, behindFailure);
        } catch (ProtocolException e) {
          synchronized (guard) {
            onBoard.addFirst(sent);
          }
          throw e;
        }
        current.used(sent.executed(), progress.workerNanos());
      }
      default -> throw new ProtocolException(frame.type() + " from a worker");
    }
  }

  /** Says when the worker was at the chunk, by its own clock as seen from here. */
  private void noteTimes(SentChunk sent, Progress progress, long arrived) {
    long end = progress.startNanos() + progress.workerNanos();
    clockOffset = Math.min(clockOffset, arrived - end);
    long before = lastRunEnd;
    long start = Math.min(Math.max(progress.startNanos() + clockOffset, startOf(sent)), arrived);
    lastRunEnd = Math.min(start + progress.workerNanos(), arrived);
    sent.ran(before, start, lastRunEnd, !onBoard.isEmpty());
    sent.computed(progress.cpuNanos());
    pauses.ended(sent.executed(), start, progress.workerNanos());
  }

  /** Returns when the worker can have begun with the first chunk that it has. */
  private long startOf(SentChunk sent) {
    return lastRunEnd == 0 ? sent.sentAt() : Math.max(sent.sentAt(), lastRunEnd);
  }

  /** What a worker that takes too much memory has not begun goes to another one. */
  private void cutIfTooLarge(ChildJvm current, SentChunk sent) {
    if (backend.limits().exceededBy(current) != null) {
      synchronized (guard) {
        cutAll(current);
      }
      LOG.debug("{}: takes too much memory, chunk {} is cut short", current, sent.id());
    }
  }

  // ---- death

  /** The worker is gone, or has to go: settles what it had on board. */
  private void outlive(ChildJvm dead, @Nullable IOException violation) {
    long lostAt = System.nanoTime();
    try {
      Crash crash = Autopsy.examine(dead, slot + 1, violation);
      Death death = crash.death();
      whyEnded = crash.label();
      dead.kill();
      if (death.reason() != Reason.STOPPED) {
        LOG.atLevel(ProgramEnd.levelOfLoss())
            .log(
                "{}: worker lost ({}, status {})",
                dead,
                death.reason(),
                Exit.describe(death.exitStatus()));
      }
      if (violation == null) {
        drain(dead);
      }
      inherit(dead, crash, lostAt);
    } catch (LaneLostException e) {
      LOG.debug("{}: nobody waits for what it left behind", dead);
    } finally {
      boolean held;
      synchronized (guard) {
        held = worker == dead;
        worker = null;
        onBoard.clear();
        killedFor = null;
      }
      if (held) {
        backend.release(dead);
      }
    }
  }

  /** Settles what the worker had on board, by what it left behind. */
  private void inherit(ChildJvm dead, Crash crash, long lostAt) {
    List<SentChunk> left;
    Run<?> culprit;
    long word;
    synchronized (guard) {
      left = new ArrayList<>(onBoard);
      // From here on nobody else condemns them or gives them back.
      onBoard.clear();
      culprit = killedFor;
      word = dead.ledger().item();
    }
    left.removeIf(SentChunk::isRecalled);
    for (SentChunk sent : left) {
      userCode.enterAnyway(sent.run());
      try {
        recoverOutbox(dead, sent);
        if (sent == left.get(0)) {
          long start = startOf(sent);
          sent.ran(lastRunEnd, start, Math.max(start, lostAt), false);
        }
        sent.settleAfterDeath(dead, word, sent == left.get(0), culprit, crash);
      } finally {
        leaveUserCode();
      }
    }
  }

  /** Reads what was on the way when the worker died: writing may fail before everything is read. */
  private void drain(ChildJvm dead) {
    try {
      FrameChannel data = dead.data();
      Frame frame;
      while (!onBoard.isEmpty() && (frame = data.read()) != null) {
        take(dead, frame);
      }
    } catch (IOException cutOff) {
      LOG.debug("{}: its last words are cut off: {}", dead, cutOff.getMessage());
    }
  }

  private void recoverOutbox(ChildJvm dead, SentChunk sent) {
    try {
      sent.readOutbox(dead, dead.ledger().committedEnd(sent.id()));
    } catch (ProtocolException e) {
      LOG.warn("{}: its outbox is damaged, unread outcomes are lost: {}", dead, e.getMessage());
    }
  }

  // ---- chunks sent ahead, by other threads

  @Override
  public boolean recallAhead(long age) {
    SentChunk recalled;
    synchronized (guard) {
      ChildJvm current = worker;
      SentChunk ahead = onBoard.size() < 2 ? null : onBoard.peekLast();
      if (current == null || ahead == null || ahead.isRecalled()) {
        return false;
      }
      if (!ahead.isOlderThan(age)) {
        return true;
      }
      current.ledger().stopChunk(ahead.id());
      if (Ledger.chunkOf(current.ledger().item()) == ahead.id()) {
        // It has just been begun. What is left of it comes back at its end.
        ahead.cut();
        return false;
      }
      ahead.recall();
      recalled = ahead;
    }
    recalled.giveBack();
    return false;
  }

  // ---- stop, by other threads

  @Override
  public @Nullable Runnable condemn(Run<ShippedFunction> run) {
    Runnable cancel = null;
    synchronized (guard) {
      ChildJvm current = worker;
      for (SentChunk sent : onBoard) {
        if (current != null && sent.run() == run) {
          current.ledger().stopChunk(sent.id());
          Runnable order = condemn(current, sent);
          cancel = order == null ? cancel : order;
        }
      }
    }
    Runnable interrupt = userCode.condemn(run);
    if (cancel == null || interrupt == null) {
      return cancel == null ? interrupt : cancel;
    }
    Runnable first = cancel;
    return () -> {
      first.run();
      interrupt.run();
    };
  }

  /**
   * Condemns the item under way unless it has its result.
   *
   * @return what orders the worker to interrupt it; not done here, because the calling thread may
   *     be one of the user's, which an interrupt would make close the socket
   */
  private static @Nullable Runnable condemn(ChildJvm current, SentChunk sent) {
    int chunkId = sent.id();
    Ledger ledger = current.ledger();
    while (true) {
      long word = ledger.item();
      int state = Ledger.stateOf(word);
      if (Ledger.chunkOf(word) != chunkId
          || (state != Ledger.DECODING && state != Ledger.RUNNING)) {
        return null;
      }
      int position = Ledger.positionOf(word);
      if (ledger.moveItem(chunkId, position, state, Ledger.CONDEMNED)) {
        current.taint("a task was stopped in it");
        sent.condemn(position);
        return () -> current.cancel(chunkId, position, false);
      }
    }
  }

  // ---- the time of items, by other threads

  /** Returns what the worker is at, if that is this chunk. Needs the guard. */
  private @Nullable SentChunk head(Chunk<ShippedFunction> chunk) {
    SentChunk head = worker == null ? null : onBoard.peekFirst();
    return head != null && head.isOf(chunk) ? head : null;
  }

  @Override
  public @Nullable UnderWay underWay(Chunk<ShippedFunction> chunk) {
    synchronized (guard) {
      ChildJvm current = worker;
      SentChunk head = head(chunk);
      if (current == null || head == null) {
        return null;
      }
      Ledger ledger = current.ledger();
      long word = ledger.item();
      long start = ledger.start();
      boolean same = ledger.item() == word && Ledger.chunkOf(word) == head.id();
      int state = Ledger.stateOf(word);
      if (!same || !Ledger.isUnderWay(state) || state == Ledger.SENDING) {
        return null;
      }
      long started = start + current.clockOffset() + (state == Ledger.DECODING ? READING_NANOS : 0);
      return new UnderWay(Ledger.positionOf(word), started);
    }
  }

  @Override
  public @Nullable Runnable expire(Chunk<ShippedFunction> chunk, int position) {
    synchronized (guard) {
      ChildJvm current = worker;
      SentChunk head = head(chunk);
      if (current == null || head == null) {
        return null;
      }
      Ledger ledger = current.ledger();
      int id = head.id();
      boolean condemned =
          ledger.moveItem(id, position, Ledger.RUNNING, Ledger.CONDEMNED)
              || ledger.moveItem(id, position, Ledger.DECODING, Ledger.CONDEMNED);
      // While it is encoded its result is there in time; only if it cannot be written either it is
      // given up.
      if (!condemned && ledger.item() != Ledger.word(id, position, Ledger.ENCODING)) {
        return null;
      }
      // What is behind it shall not begin in a worker that may have to be killed.
      current.taint("a task was stopped in it");
      cutAll(current);
      head.expire(position);
      return condemned ? () -> current.cancel(id, position, true) : () -> {};
    }
  }

  private void cutAll(ChildJvm current) {
    for (SentChunk sent : onBoard) {
      sent.cut();
      current.ledger().stopChunk(sent.id());
    }
  }

  @Override
  public @Nullable Runnable giveUp(Chunk<ShippedFunction> chunk, int position) {
    synchronized (guard) {
      ChildJvm current = worker;
      SentChunk head = head(chunk);
      if (current != null && head != null && head.isExpired(position)) {
        long word = current.ledger().item();
        int id = head.id();
        if (word == Ledger.word(id, position, Ledger.CONDEMNED)
            || word == Ledger.word(id, position, Ledger.ENCODING)) {
          kill(current, head.run());
        }
      }
    }
    // The lane's thread waits for the worker, and meets its end.
    return null;
  }

  private void kill(ChildJvm current, Run<?> run) {
    if (killedFor == null) {
      LOG.warn("{}: a task ignores its interrupt, its JVM is killed", current);
    }
    killedFor = run;
    current.kill();
  }

  @Override
  public boolean isLost() {
    return userCode.isLost();
  }

  @Override
  public boolean abandon(Run<ShippedFunction> run) {
    synchronized (guard) {
      ChildJvm current = worker;
      if (current != null && onBoard.stream().anyMatch(sent -> sent.run() == run)) {
        kill(current, run);
      }
    }
    // Should this side be at fault, in user code that reads or writes an object, the thread is
    // lost.
    return userCode.abandon(run);
  }

  @Override
  public void closeForLost() {
    ChildJvm last;
    Successor unused;
    synchronized (guard) {
      last = worker;
      worker = null;
      unused = successor;
      successor = null;
      closedForLost = true;
    }
    try {
      if (last != null) {
        last.loseLane();
        last.kill();
        backend.release(last);
      }
    } finally {
      if (unused != null) {
        dismiss(unused.take());
      }
    }
  }

  /** The lane's thread comes back from user code after nobody waits for it any more. */
  private static final class LaneLostException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}
