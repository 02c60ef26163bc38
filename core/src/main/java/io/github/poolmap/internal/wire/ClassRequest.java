package io.github.poolmap.internal.wire;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a worker asks of its parent because it does not have it.
 *
 * @param loader whom to ask: the parent's class loaders have numbers, which come with functions
 * @param all whether every resource of that name is wanted, or the first
 * @param name of a resource; a class is one, too, which ends in {@code .class}
 */
public record ClassRequest(long loader, boolean all, String name) {

  /** Nobody is to be asked: the class path has to do. */
  public static final long NOBODY = 0;

  /** Whoever has loaded this library in the parent. */
  public static final long LIBRARY = 1;

  /** Longer names are nobody's. */
  private static final int LONGEST_NAME = 16 * 1024;

  /** No payload is longer. */
  public static final int LARGEST = 8 + 1 + 4 + 4 * LONGEST_NAME;

  /** Tells whether so long a name can be asked for. */
  public static boolean canAskFor(String name) {
    return name.length() <= LONGEST_NAME;
  }

  public Packer pack() {
    return new Packer(64).putLong(loader).putByte(all ? 1 : 0).putString(name);
  }

  public static ClassRequest read(ByteBuffer payload) throws ProtocolException {
    long loader = Unpacker.longInteger(payload);
    boolean all = Unpacker.smallInteger(payload) != 0;
    @Nullable String name = Unpacker.string(payload);
    if (name == null) {
      throw new ProtocolException("request without a name");
    }
    return new ClassRequest(loader, all, name);
  }
}
