package io.github.poolmap.internal.process;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a class and its methods refer to, read from its class file. */
final class ClassCode {

  /** A member of a class, or, without a name, the class itself; class names have dots. */
  record Reference(Kind kind, String owner, String name, String descriptor) {}

  /** What a reference is to. */
  enum Kind {
    CLASS,
    FIELD,
    METHOD
  }

  // Tags of the constant pool.
  private static final int UTF8 = 1;
  private static final int LONG = 5;
  private static final int DOUBLE = 6;
  private static final int CLASS = 7;
  private static final int STRING = 8;
  private static final int FIELD = 9;
  private static final int METHOD = 10;
  private static final int INTERFACE_METHOD = 11;
  private static final int NAME_AND_TYPE = 12;
  private static final int METHOD_HANDLE = 15;
  private static final int METHOD_TYPE = 16;
  private static final int DYNAMIC = 17;
  private static final int INVOKE_DYNAMIC = 18;
  private static final int MODULE = 19;
  private static final int PACKAGE = 20;

  // Instructions whose length varies.
  private static final int TABLESWITCH = 0xaa;
  private static final int LOOKUPSWITCH = 0xab;
  private static final int WIDE = 0xc4;
  private static final int IINC = 0x84;

  /**
   * The length of each instruction, from 0 (nop) to 201 (jsr_w), and what it refers to: a digit is
   * a length without reference; {@code c} is two bytes with a one-byte index into the constant
   * pool, {@code r} three and {@code q} five with a two-byte index, {@code m} four with one; {@code
   * x} varies.
   */
  private static final String SHAPES =
      // 0 constants to 17 sipush, 18 ldc, 19 ldc_w, 20 ldc2_w
      "1111111111111111"
          + "23"
          + "crr"
          // 21 to 25 loads with index, 26 to 53 without
          + "22222"
          + "1".repeat(28)
          // 54 to 58 stores with index, 59 to 131 stores, stack and arithmetic
          + "22222"
          + "1".repeat(73)
          // 132 iinc, 133 to 152 conversions and comparisons, 153 to 168 jumps, 169 ret
          + "3"
          + "1".repeat(20)
          + "3".repeat(16)
          + "2"
          // 170 and 171 switches, 172 to 177 returns
          + "xx"
          + "111111"
          // 178 to 184 fields and calls, 185 invokeinterface, 186 invokedynamic, 187 new
          + "rrrrrrr"
          + "qqr"
          // 188 newarray, 189 anewarray, 190 arraylength, 191 athrow, 192 checkcast, 193 instanceof
          + "2r11rr"
          // 194 and 195 monitors, 196 wide, 197 multianewarray, 198 and 199 jumps, 200 and 201 wide
          + "11xm3355";

  private final byte[] file;
  private final int[] offsets;
  private final List<int[]> bootstraps = new ArrayList<>();
  private final Map<String, byte[]> methods = new HashMap<>();

  /** Its super class and interfaces. */
  private final List<Integer> parents = new ArrayList<>();

  private ClassCode(byte[] file, int constants) {
    this.file = file;
    this.offsets = new int[constants];
  }

  /** Reads a class file. */
  static ClassCode read(byte[] file) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(file));
    try {
      in.skipNBytes(8);
      ClassCode code = new ClassCode(file, in.readUnsignedShort());
      int at = code.readConstants(10);
      in = new DataInputStream(new ByteArrayInputStream(file, at, file.length - at));
      in.skipNBytes(4);
      code.readParents(in);
      code.readMembers(in, false);
      code.readMembers(in, true);
      code.readAttributes(in);
      return code;
    } catch (IndexOutOfBoundsException e) {
      throw new IOException("not a class file", e);
    }
  }

  private int readConstants(int start) throws IOException {
    int at = start;
    for (int i = 1; i < offsets.length; i++) {
      offsets[i] = at;
      int tag = file[at];
      switch (tag) {
        case UTF8 -> at += 3 + u2(at + 1);
        case CLASS, STRING, METHOD_TYPE, MODULE, PACKAGE -> at += 3;
        case METHOD_HANDLE -> at += 4;
        case LONG, DOUBLE -> {
          at += 9;
          // They take two places.
          i++;
        }
        case 3, 4, FIELD, METHOD, INTERFACE_METHOD, NAME_AND_TYPE, DYNAMIC, INVOKE_DYNAMIC ->
            at += 5;
        default -> throw new IOException("constant of unknown tag " + tag);
      }
    }
    return at;
  }

  private void readParents(DataInputStream in) throws IOException {
    int superClass = in.readUnsignedShort();
    if (superClass != 0) {
      parents.add(superClass);
    }
    int interfaces = in.readUnsignedShort();
    for (int i = 0; i < interfaces; i++) {
      parents.add(in.readUnsignedShort());
    }
  }

  private void readMembers(DataInputStream in, boolean areMethods) throws IOException {
    int count = in.readUnsignedShort();
    for (int i = 0; i < count; i++) {
      in.skipNBytes(2);
      String key = utf8(in.readUnsignedShort()) + utf8(in.readUnsignedShort());
      int attributes = in.readUnsignedShort();
      for (int j = 0; j < attributes; j++) {
        String name = utf8(in.readUnsignedShort());
        byte[] contents = in.readNBytes(in.readInt());
        if (areMethods && name.equals("Code")) {
          methods.put(key, contents);
        }
      }
    }
  }

  private void readAttributes(DataInputStream in) throws IOException {
    int count = in.readUnsignedShort();
    for (int i = 0; i < count; i++) {
      String name = utf8(in.readUnsignedShort());
      byte[] contents = in.readNBytes(in.readInt());
      if (name.equals("BootstrapMethods")) {
        DataInputStream each = new DataInputStream(new ByteArrayInputStream(contents));
        int number = each.readUnsignedShort();
        for (int j = 0; j < number; j++) {
          each.skipNBytes(2);
          int[] arguments = new int[each.readUnsignedShort()];
          for (int k = 0; k < arguments.length; k++) {
            arguments[k] = each.readUnsignedShort();
          }
          bootstraps.add(arguments);
        }
      }
    }
  }

  private int u2(int at) {
    return ((file[at] & 0xff) << 8) | (file[at + 1] & 0xff);
  }

  private String utf8(int index) throws IOException {
    int at = offsets[index] + 1;
    return new DataInputStream(new ByteArrayInputStream(file, at, 2 + u2(at))).readUTF();
  }

  private String className(int index) throws IOException {
    return utf8(u2(offsets[index] + 1)).replace('/', '.');
  }

  /** Tells of what one method refers to; of nothing if the class has no such method. */
  void visit(String name, String descriptor, Consumer<Reference> visitor) throws IOException {
    byte[] code = methods.get(name + descriptor);
    if (code != null) {
      visit(code, visitor);
    }
  }

  /** Tells of the super class, of the interfaces, and of what all methods refer to. */
  void visitAll(Consumer<Reference> visitor) throws IOException {
    for (int parent : parents) {
      reference(parent, visitor);
    }
    for (byte[] code : methods.values()) {
      visit(code, visitor);
    }
  }

  private void visit(byte[] attribute, Consumer<Reference> visitor) throws IOException {
    DataInputStream head = new DataInputStream(new ByteArrayInputStream(attribute));
    head.skipNBytes(4);
    int length = head.readInt();
    int start = 8;
    try {
      int at = start;
      while (at < start + length) {
        int opcode = attribute[at] & 0xff;
        char shape = opcode < SHAPES.length() ? SHAPES.charAt(opcode) : '?';
        int wide = (attribute[at + 1 < attribute.length ? at + 1 : at] & 0xff) << 8;
        switch (shape) {
          case 'c' -> reference(attribute[at + 1] & 0xff, visitor);
          case 'r', 'q', 'm' -> reference(wide | (attribute[at + 2] & 0xff), visitor);
          default -> {
            // Without a reference.
          }
        }
        at += length(attribute, at, at - start, opcode, shape);
      }
    } catch (IndexOutOfBoundsException e) {
      throw new IOException("not the code of a method", e);
    }
  }

  private static int length(byte[] code, int at, int offset, int opcode, char shape)
      throws IOException {
    if (shape >= '1' && shape <= '5') {
      return shape - '0';
    }
    switch (shape) {
      case 'c':
        return 2;
      case 'r':
        return 3;
      case 'm':
        return 4;
      case 'q':
        return 5;
      default:
        break;
    }
    int padded = at + 4 - offset % 4;
    switch (opcode) {
      case TABLESWITCH:
        return padded - at + 12 + 4 * (s4(code, padded + 8) - s4(code, padded + 4) + 1);
      case LOOKUPSWITCH:
        return padded - at + 8 + 8 * s4(code, padded + 4);
      case WIDE:
        return (code[at + 1] & 0xff) == IINC ? 6 : 4;
      default:
        throw new IOException("unknown instruction " + opcode);
    }
  }

  private static int s4(byte[] code, int at) {
    return ((code[at] & 0xff) << 24)
        | ((code[at + 1] & 0xff) << 16)
        | ((code[at + 2] & 0xff) << 8)
        | (code[at + 3] & 0xff);
  }

  private void reference(int index, Consumer<Reference> visitor) throws IOException {
    int at = offsets[index];
    switch (file[at]) {
      case CLASS -> visitor.accept(new Reference(Kind.CLASS, className(index), "", ""));
      case FIELD -> visitor.accept(member(Kind.FIELD, at));
      case METHOD, INTERFACE_METHOD -> visitor.accept(member(Kind.METHOD, at));
      case METHOD_HANDLE -> reference(u2(at + 2), visitor);
      case DYNAMIC, INVOKE_DYNAMIC -> {
        // Its type: for a lambda the interface, whose default methods the object has.
        String type = utf8(u2(offsets[u2(at + 3)] + 3));
        type = type.substring(type.indexOf(')') + 1);
        if (type.startsWith("L")) {
          String name = type.substring(1, type.length() - 1).replace('/', '.');
          visitor.accept(new Reference(Kind.CLASS, name, "", ""));
        }
        for (int argument : bootstraps.get(u2(at + 1))) {
          reference(argument, visitor);
        }
      }
      default -> {
        // A plain value.
      }
    }
  }

  private Reference member(Kind kind, int at) throws IOException {
    int nameAndType = offsets[u2(at + 3)];
    return new Reference(
        kind, className(u2(at + 1)), utf8(u2(nameAndType + 1)), utf8(u2(nameAndType + 3)));
  }

  /** Reads a class file that a class loader gives; null if it gives none. */
  static @Nullable ClassCode of(String className, ClassLoader loader) throws IOException {
    try (var stream = loader.getResourceAsStream(className.replace('.', '/') + ".class")) {
      return stream == null ? null : read(stream.readAllBytes());
    }
  }
}
