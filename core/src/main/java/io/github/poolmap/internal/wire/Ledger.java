package io.github.poolmap.internal.wire;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What parent and worker both see of the worker's work, and what outlives the worker: a small
 * mapped file.
 *
 * <h2>The item word</h2>
 *
 * <p>Chunk, position and state of the item that the worker is at:
 *
 * <pre>
 *   (DECODING -->) RUNNING --> ENCODING (--> SENDING) --> DONE
 *     |      \     /   |  \
 *     |       \   /    |   +--> REFUSED     (nothing of it has happened)
 *     +--------\-/-----+
 *               +--> CONDEMNED             (by the parent)
 * </pre>
 *
 * <p>Out of DECODING and RUNNING each arrow is a compare-and-set, so that of a worker that finishes
 * and a parent that condemns exactly one wins, and both know which. From ENCODING on the parent
 * only looks, so the worker just stores. When the worker dies, an item in one of the first four
 * states is the one that it died of; items behind it have not been begun.
 *
 * <p>Most items have two of these steps that cost anything: one names the item, one ends its
 * running. DECODING is only for items whose time is bounded, because reading the input is not the
 * time of the task; all others are RUNNING at once. SENDING is for outcomes that the outbox has no
 * room for: they may have to wait until the parent has time to read them.
 *
 * <p>Beside it stands when the item was started, if the parent bounds its time: by the clock of the
 * worker, and written before the word names the item, and again before the item runs.
 *
 * <h2>The stop words</h2>
 *
 * <p>One for each half: the parent writes a chunk's id there when none of its items may start any
 * more, and looks at the item word after that. The worker sets the item word and looks at the stop
 * word after that. Both with a full fence between, so at least one sees the other.
 *
 * <h2>The outbox</h2>
 *
 * <p>Outcomes are written here and committed one by one, before the next item begins; the socket
 * carries only a doorbell. So what was finished is not lost with the worker. There are two halves,
 * for chunks of even and of odd id: the chunk that is executed and the one sent ahead. The parent
 * sends the next chunk of a half only after it has read that half, so nothing is overwritten
 * unread.
 */
public final class Ledger {

  /** State of the item word. */
  public static final int DECODING = 1;

  /** State of the item word. */
  public static final int RUNNING = 2;

  /** State of the item word. */
  public static final int ENCODING = 3;

  /** State of the item word. */
  public static final int DONE = 4;

  /** State of the item word. */
  public static final int CONDEMNED = 5;

  /** State of the item word. */
  public static final int SENDING = 6;

  /** State of the item word. */
  public static final int REFUSED = 7;

  /** Room for the outcomes of one chunk. */
  public static final int HALF_BYTES = 1 << 18;

  // Words written by different processes lie on cache lines of their own.
  private static final int ITEM_WORD = 0;
  private static final int START_WORD = 8;
  private static final int STOP_WORDS = 128;
  private static final int COMMIT_WORDS = 256;
  private static final int OUTBOX = 4096;
  private static final int FILE_BYTES = OUTBOX + 2 * HALF_BYTES;

  private static final int STATE_BITS = 8;
  private static final int POSITION_BITS = 24;

  private static final VarHandle WORD =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private final MappedByteBuffer file;

  private Ledger(MappedByteBuffer file) {
    this.file = file;
  }

  /** Makes the file; the parent does. */
  public static Ledger create(Path path) throws IOException {
    // Written, not left sparse: a full disk shall be an error here, not a crash at the first
    // access.
    Files.write(path, new byte[FILE_BYTES], StandardOpenOption.CREATE_NEW);
    return open(path);
  }

  /** Opens the file; the worker does. */
  public static Ledger open(Path path) throws IOException {
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return new Ledger(channel.map(FileChannel.MapMode.READ_WRITE, 0, FILE_BYTES));
    }
  }

  // ---- the item word

  /** Packs chunk, position and state. */
  public static long word(int chunk, int position, int state) {
    return (long) chunk << (POSITION_BITS + STATE_BITS) | (long) position << STATE_BITS | state;
  }

  public static int chunkOf(long word) {
    return (int) (word >>> (POSITION_BITS + STATE_BITS));
  }

  public static int positionOf(long word) {
    return (int) (word >>> STATE_BITS) & ((1 << POSITION_BITS) - 1);
  }

  public static int stateOf(long word) {
    return (int) word & ((1 << STATE_BITS) - 1);
  }

  /** Tells whether an item in this state has been begun and has no outcome yet. */
  public static boolean isUnderWay(int state) {
    return state == DECODING || state == RUNNING || state == ENCODING || state == SENDING;
  }

  public long item() {
    return (long) WORD.getVolatile(file, ITEM_WORD);
  }

  /** The worker says when it started the item that it names next, by its own clock. */
  public void setStart(long nanoTime) {
    WORD.setOpaque(file, START_WORD, nanoTime);
  }

  /**
   * Returns when the worker started the item that the word names; meaningless if it has moved on.
   */
  public long start() {
    return (long) WORD.getOpaque(file, START_WORD);
  }

  /**
   * The worker comes to an item. What it writes before it can be seen, and what it reads afterwards
   * is read, as if both were at once: of two threads that do so crosswise, one sees the other.
   */
  public void setItem(int chunk, int position, int state) {
    WORD.setRelease(file, ITEM_WORD, word(chunk, position, state));
    VarHandle.fullFence();
  }

  /** Tells whether the item is in that state still. */
  public boolean isItem(int chunk, int position, int state) {
    return item() == word(chunk, position, state);
  }

  /** The worker moves an item on from a state in which nobody else moves it. */
  public void advanceItem(int chunk, int position, int to) {
    WORD.setRelease(file, ITEM_WORD, word(chunk, position, to));
  }

  /** Moves the item on; false if somebody else moved it first. */
  public boolean moveItem(int chunk, int position, int from, int to) {
    return WORD.compareAndSet(
        file, ITEM_WORD, word(chunk, position, from), word(chunk, position, to));
  }

  // ---- the stop words

  public void stopChunk(int chunk) {
    WORD.setVolatile(file, STOP_WORDS + half(chunk) * 8, (long) chunk);
  }

  public boolean isStopped(int chunk) {
    return (long) WORD.getVolatile(file, STOP_WORDS + half(chunk) * 8) == chunk;
  }

  // ---- the outbox

  /** The worker begins a chunk: nothing is committed yet. */
  public void openOutbox(int chunk) {
    commit(chunk, 0);
  }

  /** Writes an outcome behind the others, not yet committed. */
  public void writeOutcome(int chunk, int at, byte[] bytes, int length) {
    file.put(OUTBOX + half(chunk) * HALF_BYTES + at, bytes, 0, length);
  }

  /** All bytes before this one are whole outcomes. */
  public void commit(int chunk, int end) {
    WORD.setRelease(file, COMMIT_WORDS + half(chunk) * 8, (long) chunk << 32 | end);
  }

  /** Returns where the committed outcomes of the chunk end, as far as its worker has come. */
  public int committedEnd(int chunk) {
    long word = (long) WORD.getAcquire(file, COMMIT_WORDS + half(chunk) * 8);
    int end = (int) word;
    return (int) (word >>> 32) == chunk && end >= 0 && end <= HALF_BYTES ? end : 0;
  }

  /** Copies the outcomes between two commits. */
  public ByteBuffer outcomes(int chunk, int from, int to) throws ProtocolException {
    if (from < 0 || to < from || to > HALF_BYTES) {
      throw new ProtocolException("outbox from " + from + " to " + to);
    }
    byte[] copy = new byte[to - from];
    file.get(OUTBOX + half(chunk) * HALF_BYTES + from, copy);
    return ByteBuffer.wrap(copy);
  }

  private static int half(int chunk) {
    return chunk & 1;
  }
}
