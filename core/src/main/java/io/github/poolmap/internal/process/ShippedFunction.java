package io.github.poolmap.internal.process;

import io.github.poolmap.NotSerializableTaskException;
import io.github.poolmap.internal.wire.ClassRequest;
import io.github.poolmap.internal.wire.FunctionMessage;
import io.github.poolmap.internal.wire.FunctionMessage.Variable;
import io.github.poolmap.internal.wire.ObjectCodec;
import java.util.List;

/**
 * A function in serialized form, made once a call.
 *
 * @param id tells it from all others of this program
 * @param bytes the function, as the payload of its frame
 * @param loaders where its classes come from; they live as long as this
 * @param loader knows the classes of its results
 */
record ShippedFunction(long id, byte[] bytes, CallerLoaders.Held loaders, ClassLoader loader) {

  /**
   * Serializes a function in the thread of its caller.
   *
   * @param what how messages call it
   * @param shipClasses whether workers may fetch classes
   * @throws NotSerializableTaskException if it cannot be sent
   */
  static ShippedFunction of(long id, Object function, String what, boolean shipClasses) {
    JShellCode witness = new JShellCode();
    byte[] serialized = ObjectCodec.serialize(function, what, witness);
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    CallerLoaders.Held loaders = CallerLoaders.of(context, witness.types());
    List<Variable> variables = List.of();
    ClassLoader session = loaders.ofJShell();
    if (shipClasses && session != null) {
      variables = witness.variables(session);
      // The values may be of classes that the function itself does not name.
      loaders = CallerLoaders.of(context, witness.types());
    }
    long from = shipClasses ? loaders.id() : ClassRequest.NOBODY;
    byte[] bytes = FunctionMessage.pack(from, variables, serialized).toByteArray();
    return new ShippedFunction(id, bytes, loaders, loaders.joint());
  }
}
