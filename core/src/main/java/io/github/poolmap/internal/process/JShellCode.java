package io.github.poolmap.internal.process;

import io.github.poolmap.NotSerializableTaskException;
import io.github.poolmap.internal.wire.FunctionMessage.Variable;
import io.github.poolmap.internal.wire.ObjectCodec;
import io.github.poolmap.internal.wire.Packer;
import java.io.IOException;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the variables of a JShell session that a function uses, and their values.
 *
 * <p>JShell wraps each snippet into a class of its own: a variable typed at the prompt is a static
 * field of one, a method a static method, and a line that calls a pool is a method with the lambda
 * beside it. Statics do not travel with classes, so the values go along with the function. But only
 * of the variables that the function uses, because any session has others, the pool for one, that
 * cannot be sent. Which it uses its code says: from the bodies of its lambdas, and the methods of
 * typed classes whose objects are in it, through whatever typed code these call.
 */
final class JShellCode implements ObjectCodec.Witness {

  private static final Pattern TYPED = Pattern.compile("REPL\\.\\$JShell\\$.+");

  /** A class that was typed, as opposed to the one around a snippet. */
  private static final Pattern NESTED = Pattern.compile("REPL\\.\\$JShell\\$[^$]+\\$.+");

  private static final String FOLDER = "REPL/$JShell$";

  private final Set<Class<?>> types = new HashSet<>();
  private final Deque<ClassCode.Reference> unread = new ArrayDeque<>();
  private final Set<ClassCode.Reference> seen = new HashSet<>();
  private final Map<String, @Nullable ClassCode> code = new HashMap<>();
  private final List<Variable> variables = new ArrayList<>();

  /** Tells whether a resource is what JShell has made of something typed. */
  static boolean isResource(String name) {
    return name.startsWith(FOLDER);
  }

  @Override
  public void see(Class<?> type) {
    types.add(type);
    if (isNested(type.getName())) {
      see(new ClassCode.Reference(ClassCode.Kind.CLASS, type.getName(), "", ""));
    }
  }

  @Override
  public void see(SerializedLambda lambda) {
    see(
        new ClassCode.Reference(
            ClassCode.Kind.METHOD,
            lambda.getImplClass().replace('/', '.'),
            lambda.getImplMethodName(),
            lambda.getImplMethodSignature()));
  }

  private void see(ClassCode.Reference reference) {
    if (TYPED.matcher(reference.owner()).matches() && seen.add(reference)) {
      unread.add(reference);
    }
  }

  /** Returns the classes that have been seen. */
  Set<Class<?>> types() {
    return types;
  }

  private static boolean isNested(String name) {
    return NESTED.matcher(name).matches();
  }

  /**
   * Returns the variables that what has been seen uses, with their values as they are now.
   *
   * @param loader that of the session
   * @throws NotSerializableTaskException if a value cannot be sent, or code not be read
   */
  List<Variable> variables(ClassLoader loader) {
    try {
      ClassCode.Reference next;
      while ((next = unread.poll()) != null) {
        follow(next, loader);
      }
    } catch (IOException | ReflectiveOperationException e) {
      throw new NotSerializableTaskException(
          "the variables of this JShell session that the mapper uses cannot be found: " + e,
          "mapper",
          e);
    }
    return variables;
  }

  private void follow(ClassCode.Reference next, ClassLoader loader)
      throws IOException, ReflectiveOperationException {
    boolean nested = isNested(next.owner());
    if (!nested && next.kind() == ClassCode.Kind.FIELD) {
      take(next, loader);
      return;
    }
    if (nested && next.kind() != ClassCode.Kind.CLASS) {
      // Whatever is called of it: any of its methods may be, by an interface.
      see(new ClassCode.Reference(ClassCode.Kind.CLASS, next.owner(), "", ""));
      return;
    }
    ClassCode owner = code(next.owner(), loader);
    if (owner == null) {
      throw new ClassNotFoundException(next.owner() + ": " + loader + " does not give its bytes");
    }
    if (nested) {
      owner.visitAll(this::see);
    } else {
      owner.visit(next.name(), next.descriptor(), this::see);
    }
  }

  private @Nullable ClassCode code(String owner, ClassLoader loader) throws IOException {
    ClassCode known = code.get(owner);
    if (known == null) {
      known = ClassCode.of(owner, loader);
      code.put(owner, known);
    }
    return known;
  }

  private void take(ClassCode.Reference variable, ClassLoader loader)
      throws ReflectiveOperationException {
    Field field = Class.forName(variable.owner(), true, loader).getDeclaredField(variable.name());
    field.setAccessible(true);
    Object value = field.get(null);
    Packer packer = new Packer(64);
    // What it holds may use variables as well.
    ObjectCodec.encode(packer, value, "JShell variable " + variable.name(), this);
    variables.add(
        new Variable(variable.owner(), variable.name(), ByteBuffer.wrap(packer.toByteArray())));
  }
}
