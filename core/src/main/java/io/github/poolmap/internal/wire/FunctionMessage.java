package io.github.poolmap.internal.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A function on its way to a worker.
 *
 * @param loader whom to ask for its classes, see {@link ClassRequest}
 * @param variables static fields to be set before it is read
 * @param bytes the serialized function
 */
public record FunctionMessage(long loader, List<Variable> variables, ByteBuffer bytes) {

  /**
   * The value of a static field.
   *
   * @param owner the name of its class
   * @param field its name
   * @param value the serialized value, as {@link ObjectCodec#encode} writes it
   */
  public record Variable(String owner, String field, ByteBuffer value) {}

  public static Packer pack(long loader, List<Variable> variables, byte[] function) {
    Packer packer = new Packer(12 + function.length).putLong(loader);
    packVariables(packer, variables);
    return packer.putBytes(function);
  }

  private static void packVariables(Packer packer, List<Variable> variables) {
    packer.putInt(variables.size());
    for (Variable each : variables) {
      byte[] value = new byte[each.value().remaining()];
      each.value().duplicate().get(value);
      packer.putString(each.owner()).putString(each.field());
      packer.putInt(value.length).putBytes(value);
    }
  }

  public static FunctionMessage read(ByteBuffer payload) throws ProtocolException {
    long loader = Unpacker.longInteger(payload);
    int count = Unpacker.integer(payload);
    List<Variable> variables = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      @Nullable String owner = Unpacker.string(payload);
      @Nullable String field = Unpacker.string(payload);
      ByteBuffer value = Unpacker.slice(payload, Unpacker.integer(payload));
      if (owner == null || field == null) {
        throw new ProtocolException("variable without a name");
      }
      variables.add(new Variable(owner, field, value));
    }
    return new FunctionMessage(loader, variables, payload);
  }
}
