package io.github.poolmap.internal.process;

import io.github.poolmap.NotSerializableTaskException;
import io.github.poolmap.internal.run.Chunk;
import io.github.poolmap.internal.run.Run;
import io.github.poolmap.internal.wire.ChunkMessage;
import io.github.poolmap.internal.wire.ItemWriter;
import io.github.poolmap.internal.wire.Packer;
import io.github.poolmap.internal.wire.TooLargeException;
import io.github.poolmap.internal.wire.ValueWriter;
import org.jspecify.annotations.Nullable;

/**
 * A chunk in serialized form, ready to be sent.
 *
 * @param chunk the chunk; items that cannot be serialized have failed already
 * @param message the payload of its frame
 * @param valueFile the number of the files of its large values
 * @param bytes how large it is, with those
 */
record PackedChunk(Chunk<ShippedFunction> chunk, Packer message, int valueFile, long bytes) {

  /**
   * Further items are left to other lanes, or to the next chunk, when a chunk has become so large.
   */
  private static final int LARGE_CHUNK_BYTES = 1 << 20;

  /**
   * Serializes a chunk.
   *
   * @param mostItems how many items of it the worker may get, 1 or more; the others are given back
   * @param large takes large arrays; null if they are to travel in the message
   * @param valueFile the number of the files of its large values, which no other chunk has now
   * @return null if nothing of it is left to send, in which case it is finished
   */
  static @Nullable PackedChunk pack(
      Chunk<ShippedFunction> chunk,
      String laneName,
      int mostItems,
      @Nullable ValueWriter large,
      int valueFile) {
    Run<ShippedFunction> run = chunk.run();
    boolean timed = chunk.isTimed() || !run.taskTimeout().isZero();
    Packer message =
        ChunkMessage.begin(
            run.function().id(), run.goesOnAfterFailure(), timed, chunk.wantsCpuTime(), valueFile);
    if (large != null) {
      large.begin(valueFile);
    }
    ItemWriter writer = new ItemWriter(run.function().codec(), large);
    chunk.assignTo(laneName);
    long most = Math.min(LARGE_CHUNK_BYTES, run.bytesLeft());
    int packed = 0;
    int leftOut = 0;
    for (int i = 0; i < chunk.size() && !run.isStopped(); i++) {
      if (packed > 0 && (bytes(message, large) > most || packed == mostItems)) {
        chunk.giveBackFrom(i);
        break;
      }
      try {
        append(message, writer, leftOut, chunk.input(i), run.function().typed());
        packed++;
        leftOut = 0;
      } catch (NotSerializableTaskException e) {
        chunk.fail(i, new Unsendable(laneName, false, e));
        leftOut++;
      } catch (TooLargeException | OutOfMemoryError e) {
        if (packed > 0) {
          // Alone it may fit.
          chunk.giveBackFrom(i);
          break;
        }
        chunk.fail(i, new Unsendable(laneName, false, Unsendable.because("input", e)));
        leftOut++;
      }
    }
    if (packed == 0 || run.isStopped()) {
      chunk.finish();
      return null;
    }
    long bytes = bytes(message, large);
    chunk.hold(bytes);
    return new PackedChunk(chunk, message, valueFile, bytes);
  }

  private static long bytes(Packer message, @Nullable ValueWriter large) {
    return message.size() + (large == null ? 0 : large.bytes());
  }

  /** Appends one item; on failure the message is as before. */
  private static void append(
      Packer message,
      ItemWriter writer,
      int leftOut,
      @Nullable Object input,
      @Nullable JShellCode typed) {
    if (typed == null) {
      ChunkMessage.append(message, writer, leftOut, input, null);
      return;
    }
    JShellCode.Input code = typed.newInput();
    int start = message.size();
    int defined = writer.definitions();
    ChunkMessage.append(message, writer, leftOut, input, code);
    try {
      code.check();
    } catch (RuntimeException | Error e) {
      message.truncate(start);
      writer.forgetDefinitions(defined);
      throw e;
    }
  }
}
