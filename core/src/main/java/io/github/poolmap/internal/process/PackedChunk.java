package io.github.poolmap.internal.process;

import io.github.poolmap.NotSerializableTaskException;
import io.github.poolmap.internal.run.Chunk;
import io.github.poolmap.internal.wire.ChunkMessage;
import io.github.poolmap.internal.wire.Packer;
import io.github.poolmap.internal.wire.TooLargeException;
import org.jspecify.annotations.Nullable;

/**
 * A chunk in serialized form, ready to be sent.
 *
 * @param chunk the chunk; items that cannot be serialized have failed already
 * @param message the payload of its frame
 */
record PackedChunk(Chunk<ShippedFunction> chunk, Packer message) {

  /**
   * Further items are left to other lanes, or to the next chunk, when a chunk has become so large.
   */
  private static final int LARGE_CHUNK_BYTES = 1 << 20;

  /** Serializes a chunk; null if nothing of it is left to send, in which case it is finished. */
  static @Nullable PackedChunk pack(Chunk<ShippedFunction> chunk, String laneName) {
    Packer message = ChunkMessage.begin(chunk.run().function().id());
    int packed = 0;
    for (int i = 0; i < chunk.size() && !chunk.run().isStopped(); i++) {
      if (packed > 0 && message.size() > LARGE_CHUNK_BYTES) {
        chunk.giveBackFrom(i);
        break;
      }
      try {
        ChunkMessage.append(message, i, chunk.input(i));
        packed++;
      } catch (NotSerializableTaskException e) {
        chunk.fail(i, Unsendable.failure(laneName, 0, e));
      } catch (TooLargeException e) {
        if (packed > 0) {
          // Alone it may fit.
          chunk.giveBackFrom(i);
          break;
        }
        chunk.fail(i, Unsendable.failure(laneName, 0, Unsendable.because("input", e)));
      }
    }
    if (packed == 0 || chunk.run().isStopped()) {
      chunk.finish();
      return null;
    }
    return new PackedChunk(chunk, message);
  }
}
