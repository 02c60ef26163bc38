package io.github.poolmap.internal.process;

import io.github.poolmap.Codec;
import io.github.poolmap.NotSerializableTaskException;
import io.github.poolmap.internal.wire.ClassRequest;
import io.github.poolmap.internal.wire.FunctionCodec;
import io.github.poolmap.internal.wire.FunctionMessage;
import io.github.poolmap.internal.wire.FunctionMessage.Variable;
import io.github.poolmap.internal.wire.KnownClasses;
import io.github.poolmap.internal.wire.LambdaForm;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A function in serialized form, made once a call.
 *
 * @param call tells it from those of all other calls of this program; later calls have larger ones
 * @param id what workers know it by: that of an earlier call, if the function is the same
 * @param bytes the function, as the payload of its frame
 * @param loaders where its classes come from; they live as long as this
 * @param classes what is known of the classes of its results
 * @param codec how those of its inputs travel that it handles, null if there is none
 * @param typed what it uses of a JShell session, null if it is not of one
 */
record ShippedFunction(
    long call,
    long id,
    byte[] bytes,
    CallerLoaders.Held loaders,
    KnownClasses classes,
    @Nullable Codec codec,
    @Nullable JShellCode typed) {

  /**
   * Serializes a function in the thread of its caller.
   *
   * @param known those of earlier calls
   * @param what how messages call it
   * @param shipClasses whether workers may fetch classes
   * @param codec see above
   * @throws NotSerializableTaskException if it cannot be sent
   */
  static ShippedFunction of(
      long call,
      KnownFunctions known,
      Object function,
      String what,
      boolean shipClasses,
      @Nullable Codec codec) {
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    byte[] named = FunctionCodec.packNamed(function);
    if (named != null) {
      // It comes with the class loaders of its caller all the same, whose code may run with it.
      CallerLoaders.Held loaders = CallerLoaders.of(context, List.of(function.getClass()));
      return simple(call, known, named, loaders, shipClasses, codec);
    }
    LambdaForm lambda = LambdaForm.of(function);
    if (lambda != null && !JShellCode.isTyped(lambda.types())) {
      CallerLoaders.Held loaders = CallerLoaders.of(context, lambda.types());
      if (!shipClasses || loaders.ofJShell() == null) {
        return simple(call, known, FunctionCodec.pack(lambda), loaders, shipClasses, codec);
      }
    }
    JShellCode witness = new JShellCode();
    byte[] serialized = FunctionCodec.serialize(function, what, witness);
    CallerLoaders.Held loaders = CallerLoaders.of(context, witness.types());
    List<Variable> variables = List.of();
    ClassLoader session = shipClasses ? session(loaders, witness) : null;
    if (session != null) {
      variables = witness.variables(session);
      // The values may be of classes that the function itself does not name.
      loaders = CallerLoaders.of(context, witness.types());
    }
    JShellCode typed = session == null ? null : witness;
    byte[] bytes = pack(variables, serialized, loaders, shipClasses);
    KnownClasses classes = new KnownClasses(loaders.joint());
    // What it captures may be changed by one call; the next one has its own.
    return new ShippedFunction(call, call, bytes, loaders, classes, codec, typed);
  }

  /** Of a function that captures values at most, so that it is the same if its bytes are. */
  private static ShippedFunction simple(
      long call,
      KnownFunctions known,
      byte[] function,
      CallerLoaders.Held loaders,
      boolean shipClasses,
      @Nullable Codec codec) {
    byte[] bytes = pack(List.of(), function, loaders, shipClasses);
    KnownClasses classes = new KnownClasses(loaders.joint());
    long id = known.number(bytes, call);
    return new ShippedFunction(call, id, bytes, loaders, classes, codec, null);
  }

  private static byte[] pack(
      List<Variable> variables, byte[] function, CallerLoaders.Held loaders, boolean shipClasses) {
    long from = shipClasses ? loaders.id() : ClassRequest.NOBODY;
    return FunctionMessage.pack(from, variables, function).toByteArray();
  }

  /** Returns what knows the classes of its results. */
  @Nullable ClassLoader loader() {
    return classes.loader();
  }

  /** Returns what has the classes of a JShell session; null if there is none. */
  private static @Nullable ClassLoader session(CallerLoaders.Held loaders, JShellCode witness) {
    ClassLoader session = loaders.ofJShell();
    // In a worker they come from a loader of another kind.
    return session != null ? session : witness.loaderOfTyped();
  }
}
