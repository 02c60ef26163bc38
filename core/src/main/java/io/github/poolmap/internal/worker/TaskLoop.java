package io.github.poolmap.internal.worker;

import io.github.poolmap.Codec;
import io.github.poolmap.Effect;
import io.github.poolmap.Mapper;
import io.github.poolmap.NotSerializableTaskException;
import io.github.poolmap.PoolKind;
import io.github.poolmap.WorkerInfo;
import io.github.poolmap.internal.wire.ChunkMessage;
import io.github.poolmap.internal.wire.Frame;
import io.github.poolmap.internal.wire.FrameChannel;
import io.github.poolmap.internal.wire.FrameType;
import io.github.poolmap.internal.wire.FunctionMessage;
import io.github.poolmap.internal.wire.Functions;
import io.github.poolmap.internal.wire.ItemReader;
import io.github.poolmap.internal.wire.ItemWriter;
import io.github.poolmap.internal.wire.Ledger;
import io.github.poolmap.internal.wire.Leftovers;
import io.github.poolmap.internal.wire.Outcome;
import io.github.poolmap.internal.wire.Packer;
import io.github.poolmap.internal.wire.Progress;
import io.github.poolmap.internal.wire.ProtocolException;
import io.github.poolmap.internal.wire.Reset;
import io.github.poolmap.internal.wire.SharedCopies;
import io.github.poolmap.internal.wire.Start;
import io.github.poolmap.internal.wire.Started;
import io.github.poolmap.internal.wire.Texts;
import io.github.poolmap.internal.wire.ThrownCodec;
import io.github.poolmap.internal.wire.ValueFolder;
import io.github.poolmap.internal.wire.ValueReader;
import io.github.poolmap.internal.wire.ValueWriter;
import io.github.poolmap.internal.wire.WorkerFolder;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;
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
final class TaskLoop implements Runnable {

  /** A doorbell wakes the parent, so it is not rung for each of many quick items. */
  private static final long DOORBELL_NANOS = 20_000_000;

  private static final int SMALL_OUTCOME_BYTES = 1024;

  /** A buffer that one outcome has blown up beyond this is not kept. */
  private static final int LARGE_OUTCOME_BYTES = 1 << 20;

  /** Status of a worker whose loop has met a defect. */
  private static final int BROKEN = 72;

  private final String name;
  private final long pid;
  private final FrameChannel data;
  private final Ledger ledger;
  private final ParentWatch watch;
  private final JvmState fresh;
  private final ClassFetcher fetcher;
  private final WorkerFolder folder;

  /** Of the pool that has this worker. */
  private ShippedClasses classes;

  private @Nullable Codec codec;

  private Functions<RemoteFunction<Mapper<Object, Object>>> functions = new Functions<>();

  /** Whether the chunk before this one has ended its call by a failure. */
  private boolean callFailed;

  private final MdcLeftovers mdc = new MdcLeftovers();

  /** How large inputs are read and large results written; null if they travel in messages. */
  private @Nullable ValueReader largeInputs;

  private @Nullable ValueWriter largeResults;

  private Packer outcome = new Packer(SMALL_OUTCOME_BYTES);
  private ItemWriter results = new ItemWriter();

  /** The error that a task has thrown which may have left its mark on this JVM. */
  private @Nullable Throwable error;

  // The chunk being executed.
  private int chunk;
  private long chunkStart;
  private long cpuStart;
  private int outboxEnd;
  private int lastInOutbox;
  private int definedInOutbox;
  private boolean timed;
  private int firstState;
  private long itemStart;
  private long taken;
  private long lastDoorbell;

  /**
   * What this JVM does for one pool.
   *
   * @param folder that of this worker
   * @param fresh how this JVM was before it did anything for any pool
   */
  TaskLoop(
      String name,
      long pid,
      FrameChannel data,
      Ledger ledger,
      ParentWatch watch,
      ClassFetcher fetcher,
      WorkerFolder folder,
      JvmState fresh) {
    this.name = name;
    this.pid = pid;
    this.data = data;
    this.ledger = ledger;
    this.watch = watch;
    this.fresh = fresh;
    this.fetcher = fetcher;
    this.classes = new ShippedClasses(fetcher);
    this.folder = folder;
  }

  /** Begins, in a thread of its own: what hangs on a thread shall not go from pool to pool. */
  void start() {
    ItemThread items = new ItemThread(this, name);
    watch.setTarget(data, items);
    items.start();
  }

  /**
   * Works until the pool has no use for this JVM any more, and another one may have it; or until
   * the socket ends: then the parent is gone, or a goodbye is under way.
   */
  @Override
  public void run() {
    try {
      Frame frame;
      while ((frame = data.read()) != null) {
        switch (frame.type()) {
          case START -> start(frame.id(), Start.read(frame.payload()));
          case FUNCTION -> {
            FunctionMessage message = FunctionMessage.read(frame.payload());
            functions.put(
                frame.id(), new RemoteFunction<>(message, classes.loader(message.loader())));
          }
          case CHUNK -> execute((int) frame.id(), ChunkMessage.read(frame.payload()));
          case RESET -> {
            if (forgetPool(frame)) {
              new TaskLoop(name, pid, data, ledger, watch, fetcher, folder, fresh).start();
              return;
            }
          }
          default -> throw new ProtocolException("not for a worker: " + frame.type());
        }
      }
    } catch (ProtocolException e) {
      breakDown(e);
    } catch (IOException gone) {
      // The same as the end of the socket.
    } catch (Throwable t) {
      breakDown(t);
    }
    // The watch ends this JVM, or else the parent, which sees that the socket has ended, does. Were
    // this thread to end, the JVM would exit by itself, and leave children and folder behind.
    while (true) {
      LockSupport.park(this);
    }
  }

  /** Without this loop the JVM is no worker any more; the parent must not wait for it. */
  private static void breakDown(Throwable defect) {
    try {
      System.err.println("poolmap: worker ends by an internal error: " + Texts.of(defect));
    } finally {
      Runtime.getRuntime().halt(BROKEN);
    }
  }

  /** Becomes a worker of its pool: runs what the pool wants to be done before the first task. */
  private void start(long id, Start start) throws IOException {
    long heard = System.nanoTime();
    ItemThread thread = (ItemThread) Thread.currentThread();
    Throwable failure = null;
    // Another pool's, if there was one, are forgotten.
    functions = new Functions<>();
    callFailed = false;
    classes = new ShippedClasses(fetcher);
    codec = null;
    // The parent has made it while this JVM booted, maybe after this loop began.
    ValueFolder announced = ValueFolder.of(folder);
    ValueFolder values = announced == null || !announced.isThere() ? null : announced;
    largeInputs = values == null ? null : values.readerOfInputs();
    largeResults = values == null ? null : values.writerOfResults();
    ClassLoader loader = classes.loader(start.effect().loader());
    ShippedClasses.forgetMissing(loader);
    thread.enterUnnamed();
    thread.setName(start.name());
    thread.setContextClassLoader(loader);
    try {
      FunctionMessage ofPool = start.codec();
      if (ofPool != null) {
        codec = new RemoteFunction<Codec>(ofPool, classes.loader(ofPool.loader())).function();
      }
      runEffect(start.effect(), loader, start.index());
    } catch (Throwable t) {
      failure = t;
      note(t);
    } finally {
      thread.leave();
    }
    Started answer =
        new Started(heard, System.nanoTime(), failure, values != null, OwnIds.threadId());
    data.write(FrameType.STARTED, id, answer.pack());
  }

  /** Undoes what was done for the pool; false if something of it is left. */
  private boolean forgetPool(Frame frame) throws IOException {
    ItemThread thread = (ItemThread) Thread.currentThread();
    String left;
    Reset reset = Reset.read(frame.payload());
    FunctionMessage end = reset.effect();
    ClassLoader loader = classes.loader(end.loader());
    ShippedClasses.forgetMissing(loader);
    thread.enterUnnamed();
    try {
      runEffect(end, loader, 0);
      SharedCopies.forget();
      left = error != null ? "a task has thrown " + Texts.of(error) : fresh.whatHasChanged();
    } catch (Throwable t) {
      left = "the end of the pool failed: " + Texts.of(t);
    } finally {
      thread.leave();
    }
    if (left.isEmpty()) {
      left = markOutput(reset.mark());
    }
    data.write(FrameType.RESET_DONE, frame.id(), new Leftovers(left).pack());
    return left.isEmpty();
  }

  /** Writes a last line of the pool to both streams; says so if that is not possible. */
  private static String markOutput(String mark) {
    byte[] line = (mark + "\n").getBytes(StandardCharsets.ISO_8859_1);
    System.out.flush();
    System.err.flush();
    // Not closed: that would close the streams of the process.
    FileOutputStream out = new FileOutputStream(FileDescriptor.out);
    FileOutputStream err = new FileOutputStream(FileDescriptor.err);
    try {
      out.write(line);
      err.write(line);
      return "";
    } catch (IOException e) {
      return "a standard stream is closed";
    }
  }

  private void note(Throwable thrown) {
    if (thrown instanceof Error && !(thrown instanceof AssertionError)) {
      error = thrown;
    }
  }

  private void runEffect(FunctionMessage message, ClassLoader loader, int index) throws Exception {
    RemoteFunction<Effect<WorkerInfo>> effect = new RemoteFunction<>(message, loader);
    effect
        .function()
        .accept(new WorkerInfo(PoolKind.PROCESSES, index, pid, Thread.currentThread()));
  }

  private void execute(int newChunk, ChunkMessage message) throws IOException {
    chunk = newChunk;
    cpuStart = message.cpuTimed() ? CpuTime.ofThisThread() : Progress.UNKNOWN;
    chunkStart = System.nanoTime();
    lastDoorbell = chunkStart;
    outboxEnd = 0;
    lastInOutbox = -1;
    definedInOutbox = 0;
    ledger.openOutbox(chunk);
    RemoteFunction<Mapper<Object, Object>> function = functions.get(message.functionId());
    if (function == null) {
      throw new ProtocolException("chunk for an unknown function " + message.functionId());
    }
    if (message.opensCall()) {
      function.beginCall();
    }
    timed = message.timed();
    firstState = timed ? Ledger.DECODING : Ledger.RUNNING;
    // It may have been on its way before the parent knew of the failure. What is wanted all the
    // same comes again.
    boolean behindFailure = message.isAhead() && callFailed;
    callFailed = false;
    boolean failed = false;
    ItemReader inputs = new ItemReader(function.classes(), codec, largeInputs);
    if (largeResults != null) {
      largeResults.begin(message.valueFile());
    }
    results = new ItemWriter(codec, largeResults);
    ItemThread thread = (ItemThread) Thread.currentThread();
    try {
      while (!behindFailure && (!failed || message.goesOn()) && message.hasNext()) {
        int position = message.nextPosition();
        ByteBuffer item = message.item(inputs);
        startClock();
        thread.enter(chunk, position);
        ledger.setItem(chunk, position, firstState);
        if (ledger.isStopped(chunk)) {
          ledger.moveItem(chunk, position, firstState, Ledger.REFUSED);
          break;
        }
        failed = executeItem(thread, function, position, inputs, item);
        if (failed || System.nanoTime() - lastDoorbell > DOORBELL_NANOS) {
          thread.leave();
          ringDoorbell();
        }
      }
    } finally {
      thread.leave();
    }
    callFailed = failed && !message.goesOn();
    data.write(FrameType.CHUNK_END, chunk, progress().pack());
  }

  private void startClock() {
    if (timed) {
      itemStart = System.nanoTime();
      ledger.setStart(itemStart);
    }
  }

  /** Executes one item; true if it failed, which the parent should hear of at once. */
  private boolean executeItem(
      ItemThread thread,
      RemoteFunction<Mapper<Object, Object>> function,
      int position,
      ItemReader inputs,
      ByteBuffer item)
      throws IOException {
    outcome.truncate(0);
    taken = 0;
    // All of it is user code: reading the function and the input, the function, writing its result.
    thread.begin();
    if (!ledger.isItem(chunk, position, firstState)) {
      // Condemned already. The interrupt that is meant for it may have been dropped.
      return false;
    }
    thread.setContextClassLoader(function.loader());
    mdc.forget();
    boolean failed = callAndPack(function, position, inputs, item);
    if (outcome.size() == 0) {
      return false;
    }
    commit(thread, position);
    return failed;
  }

  /** Executes one item and packs its outcome; leaves nothing packed if it is condemned. */
  private boolean callAndPack(
      RemoteFunction<Mapper<Object, Object>> function,
      int position,
      ItemReader inputs,
      ByteBuffer item) {
    Object input;
    Mapper<Object, Object> mapper;
    String reading = "function";
    try {
      mapper = function.function();
      reading = "input";
      input = inputs.read(item);
    } catch (Throwable t) {
      note(t);
      if (ledger.moveItem(chunk, position, firstState, Ledger.ENCODING)) {
        packUnsendable(
            position, "the " + reading + " cannot be read in the worker: " + Texts.of(t), reading);
      }
      return true;
    }
    if (timed) {
      // Reading the first input of a function may load many classes. The task has all of its time.
      startClock();
      if (!ledger.moveItem(chunk, position, Ledger.DECODING, Ledger.RUNNING)) {
        return false;
      }
    }
    Object value = null;
    Throwable thrown = null;
    try {
      value = call(mapper, input);
    } catch (Throwable t) {
      thrown = t;
      note(t);
    }
    taken = timed ? System.nanoTime() - itemStart : 0;
    if (!ledger.moveItem(chunk, position, Ledger.RUNNING, Ledger.ENCODING)) {
      return false;
    }
    if (thrown != null) {
      packThrown(position, thrown);
      return true;
    }
    return !packValue(position, value);
  }

  @SuppressWarnings("NullAway") // Null inputs are ordinary values; T is whatever the caller says.
  private static @Nullable Object call(Mapper<Object, Object> mapper, @Nullable Object input)
      throws Exception {
    return mapper.map(input);
  }

  private int begin(int position, Outcome.Kind kind, @Nullable Object value) {
    boolean next = position == lastInOutbox + 1;
    return Outcome.begin(outcome, position, next, kind, taken, value);
  }

  private void packThrown(int position, Throwable thrown) {
    int start = begin(position, Outcome.Kind.THROWN, null);
    ThrownCodec.encode(outcome, thrown);
    Outcome.end(outcome, start);
  }

  /** False if the result cannot be sent; the outcome then says so. */
  private boolean packValue(int position, @Nullable Object value) {
    int start = begin(position, Outcome.Kind.VALUE, value);
    int defined = results.definitions();
    try {
      results.write(outcome, value, "result", null);
      Outcome.end(outcome, start, results, defined);
      return true;
    } catch (NotSerializableTaskException e) {
      packUnsendable(position, String.valueOf(e.getMessage()), e.path());
    } catch (Exception | Error e) {
      note(e);
      packUnsendable(position, "the result cannot be sent: " + Texts.of(e), "result");
    }
    results.forgetDefinitions(defined);
    return false;
  }

  private void packUnsendable(int position, String message, String path) {
    outcome.truncate(0);
    int start = begin(position, Outcome.Kind.UNSENDABLE, null);
    outcome.putString(message).putString(path);
    Outcome.end(outcome, start);
  }

  /** Hands the packed outcome over, so that nothing which happens to this JVM can take it back. */
  private void commit(ItemThread thread, int position) throws IOException {
    int size = outcome.size();
    if (outboxEnd + size > Ledger.HALF_BYTES) {
      // The parent may read it before it reads the outbox, or those behind it there before it.
      Outcome.complete(outcome, position, results);
      results.forgetDefinitions(definedInOutbox);
      // The parent may be busy. That is not the time of the item any more.
      ledger.advanceItem(chunk, position, Ledger.SENDING);
      thread.leave();
      data.write(FrameType.OUTCOME, chunk, outcome);
    } else {
      ledger.writeOutcome(chunk, outboxEnd, outcome.array(), size);
      outboxEnd += size;
      lastInOutbox = position;
      definedInOutbox = results.definitions();
      ledger.commit(chunk, outboxEnd);
    }
    ledger.advanceItem(chunk, position, Ledger.DONE);
    if (outcome.array().length > LARGE_OUTCOME_BYTES) {
      outcome = new Packer(SMALL_OUTCOME_BYTES);
    }
  }

  private void ringDoorbell() throws IOException {
    data.write(FrameType.DOORBELL, chunk, progress().pack());
    lastDoorbell = System.nanoTime();
  }

  private Progress progress() {
    long nanos = System.nanoTime() - chunkStart;
    long cpu = cpuStart == Progress.UNKNOWN ? Progress.UNKNOWN : CpuTime.ofThisThread() - cpuStart;
    return new Progress(outboxEnd, chunkStart, nanos, cpu);
  }
}
