package io.github.poolmap.internal.wire;

import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.OutputStream;
import java.lang.invoke.SerializedLambda;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Java serialization that tells a witness what it writes, and writes paths as their text. */
class JavaWriter extends ObjectOutputStream {

  private ObjectCodec.@Nullable Witness witness;

  JavaWriter(OutputStream out, ObjectCodec.@Nullable Witness witness) throws IOException {
    super(out);
    enableReplaceObject(true);
    tell(witness);
  }

  final void tell(ObjectCodec.@Nullable Witness now) {
    witness = now;
  }

  @Override
  protected void annotateClass(Class<?> type) throws IOException {
    if (type.isHidden()) {
      throw new InvalidClassException(
          type.getName(), "a hidden class has no name by which another JVM could know it");
    }
    if (witness != null) {
      witness.see(type);
    }
  }

  @Override
  protected void annotateProxyClass(Class<?> type) {
    if (witness != null) {
      witness.see(type);
      for (Class<?> each : type.getInterfaces()) {
        witness.see(each);
      }
    }
  }

  @Override
  protected Object replaceObject(Object value) {
    if (witness != null && value instanceof SerializedLambda lambda) {
      witness.see(lambda);
    } else if (witness != null && value instanceof SharedReference shared) {
      shared.tell(witness);
    } else if (value instanceof Path) {
      PathText text = PathText.of(value);
      return text == null ? value : text;
    }
    return value;
  }

  /**
   * One stream for the items of a message. Each begins with a reset, so that it is a graph of its
   * own, and can be read by a stream that has read no other. Not to be used any more after an
   * error.
   */
  static final class OfMessage extends JavaWriter {

    private final Target target;
    private final ClassTable table;

    OfMessage(ClassTable table) throws IOException {
      this(new Target(), table);
    }

    private OfMessage(Target target, ClassTable table) throws IOException {
      super(target, null);
      this.target = target;
      this.table = table;
    }

    void write(Packer to, Object value, ObjectCodec.@Nullable Witness told) throws IOException {
      target.packer = to;
      tell(told);
      reset();
      writeObject(value);
      flush();
      target.packer = null;
    }

    @Override
    protected void writeStreamHeader() {
      // Items begin anywhere.
    }

    @Override
    protected void writeClassDescriptor(ObjectStreamClass descriptor) throws IOException {
      writeInt(table.ofDescriptor(descriptor));
    }
  }

  /** Messages come and go. */
  private static final class Target extends OutputStream {

    private @Nullable Packer packer;

    private Packer packer() throws IOException {
      if (packer == null) {
        throw new IOException("written outside of an item");
      }
      return packer;
    }

    @Override
    public void write(int value) throws IOException {
      packer().write(value);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
      packer().write(source, offset, length);
    }
  }
}
