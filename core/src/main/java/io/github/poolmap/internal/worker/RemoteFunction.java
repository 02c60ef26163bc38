package io.github.poolmap.internal.worker;

import io.github.poolmap.Mapper;
import io.github.poolmap.internal.wire.ObjectCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A function as it came from the parent, read at its first use: reading runs user code, so that it
 * has to happen as part of an item, which can fail or be blamed.
 */
final class RemoteFunction {

  private @Nullable ByteBuffer bytes;
  private @Nullable Mapper<Object, Object> mapper;

  RemoteFunction(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  Mapper<Object, Object> mapper() throws IOException, ClassNotFoundException {
    Mapper<Object, Object> read = mapper;
    if (read == null && bytes != null) {
      @SuppressWarnings("unchecked")
      Mapper<Object, Object> first =
          (Mapper<Object, Object>) ObjectCodec.deserialize(bytes.duplicate(), loader());
      if (first == null) {
        throw new IOException("the function is null");
      }
      read = first;
      mapper = read;
      bytes = null;
    }
    if (read == null) {
      throw new IOException("the function has neither bytes nor form");
    }
    return read;
  }

  /** Knows the classes of the program: those of the class path. */
  static ClassLoader loader() {
    return ClassLoader.getSystemClassLoader();
  }
}
