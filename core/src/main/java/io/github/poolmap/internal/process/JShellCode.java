package io.github.poolmap.internal.process;

import io.github.poolmap.NotSerializableTaskException;
import io.github.poolmap.internal.wire.FunctionMessage.Variable;
import io.github.poolmap.internal.wire.ObjectCodec;
import io.github.poolmap.internal.wire.Packer;
import java.io.IOException;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
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
 *
 * <p>An input may be of a typed class, or be a lambda, that the function does not know of. The
 * values have been sent by then, so what such an input uses beyond them is refused: in the worker
 * the variable would be there, with the value 0 or null.
 *
 * <p>Used by the thread of the caller until {@link #variables} returns, then, for inputs, by any.
 */
final class JShellCode implements ObjectCodec.Witness {

  private static final Pattern TYPED = Pattern.compile("REPL\\.\\$JShell\\$.+");

  /** A class that was typed, as opposed to the one around a snippet. */
  private static final Pattern NESTED = Pattern.compile("REPL\\.\\$JShell\\$[^$]+\\$.+");

  private static final String FOLDER = "REPL/$JShell$";

  private final Set<Class<?>> types = new HashSet<>();
  private final Deque<ClassCode.Reference> unread = new ArrayDeque<>();
  private final Map<String, @Nullable ClassCode> code = new HashMap<>();
  private final List<Variable> variables = new ArrayList<>();
  private @Nullable ClassLoader session;

  /**
   * What the function refers to, and what inputs do that use no variable besides. All variables
   * among it have been sent.
   */
  private Set<ClassCode.Reference> seen = new HashSet<>();

  /** Tells whether a resource is what JShell has made of something typed. */
  static boolean isResource(String name) {
    return name.startsWith(FOLDER);
  }

  @Override
  public void see(Class<?> type) {
    types.add(type);
    see(reference(type));
  }

  @Override
  public void see(SerializedLambda lambda) {
    for (ClassCode.Reference each : references(lambda)) {
      see(each);
    }
  }

  private static ClassCode.Reference reference(Class<?> type) {
    return new ClassCode.Reference(ClassCode.Kind.CLASS, type.getName(), "", "");
  }

  /** Its body, and the interface, which may have default methods. */
  private static List<ClassCode.Reference> references(SerializedLambda lambda) {
    return List.of(
        new ClassCode.Reference(
            ClassCode.Kind.CLASS, lambda.getFunctionalInterfaceClass().replace('/', '.'), "", ""),
        new ClassCode.Reference(
            ClassCode.Kind.METHOD,
            lambda.getImplClass().replace('/', '.'),
            lambda.getImplMethodName(),
            lambda.getImplMethodSignature()));
  }

  private void see(ClassCode.Reference reference) {
    if (isTyped(reference.owner()) && seen.add(reference)) {
      unread.add(reference);
    }
  }

  /** Returns the classes that have been seen. */
  Set<Class<?>> types() {
    return types;
  }

  /** Returns what has loaded a typed class among those that have been seen, null if none is. */
  @Nullable ClassLoader loaderOfTyped() {
    for (Class<?> each : types) {
      if (isTyped(each.getName())) {
        return each.getClassLoader();
      }
    }
    return null;
  }

  /** Tells whether one of these classes was typed, or is the one around something typed. */
  static boolean isTyped(List<Class<?>> types) {
    for (Class<?> each : types) {
      if (isTyped(each.getName())) {
        return true;
      }
    }
    return false;
  }

  private static boolean isTyped(String name) {
    return TYPED.matcher(name).matches();
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
    session = loader;
    try {
      ClassCode.Reference next;
      while ((next = unread.poll()) != null) {
        Field variable = follow(next, loader);
        if (variable != null) {
          take(variable);
        }
      }
    } catch (IOException | ReflectiveOperationException e) {
      throw new NotSerializableTaskException(
          "the variables of this JShell session that the mapper uses cannot be found: " + e,
          "mapper",
          e);
    }
    return variables;
  }

  /** Sees what a reference leads to; returns the variable if it is to one. */
  private @Nullable Field follow(ClassCode.Reference next, ClassLoader loader)
      throws IOException, ReflectiveOperationException {
    boolean nested = isNested(next.owner());
    if (!nested && next.kind() == ClassCode.Kind.FIELD) {
      Field field = Class.forName(next.owner(), true, loader).getDeclaredField(next.name());
      // Variables are never final. What the compiler adds is, and is computed in the worker too.
      return Modifier.isFinal(field.getModifiers()) ? null : field;
    }
    if (nested && next.kind() != ClassCode.Kind.CLASS) {
      // Whatever is called of it: any of its methods may be, by an interface.
      see(new ClassCode.Reference(ClassCode.Kind.CLASS, next.owner(), "", ""));
      return null;
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
    return null;
  }

  private @Nullable ClassCode code(String owner, ClassLoader loader) throws IOException {
    ClassCode known = code.get(owner);
    if (known == null) {
      known = ClassCode.of(owner, loader);
      code.put(owner, known);
    }
    return known;
  }

  private void take(Field field) throws ReflectiveOperationException {
    field.setAccessible(true);
    Object value = field.get(null);
    Packer packer = new Packer(64);
    // What it holds may use variables as well.
    ObjectCodec.encode(packer, value, "JShell variable " + field.getName(), this);
    variables.add(
        new Variable(
            field.getDeclaringClass().getName(),
            field.getName(),
            ByteBuffer.wrap(packer.toByteArray())));
  }

  // ---- inputs

  /** Makes a witness for one input of the function. */
  Input newInput() {
    return new Input();
  }

  /** What one input is made of. */
  final class Input implements ObjectCodec.Witness {

    private final Set<ClassCode.Reference> found = new LinkedHashSet<>();

    private Input() {}

    @Override
    public void see(Class<?> type) {
      found.add(reference(type));
    }

    @Override
    public void see(SerializedLambda lambda) {
      found.addAll(references(lambda));
    }

    /**
     * Makes sure that the worker has the variables which the input uses.
     *
     * @throws NotSerializableTaskException if it has not, or if code cannot be read
     */
    void check() {
      found.removeIf(each -> !isTyped(each.owner()));
      if (found.isEmpty()) {
        return;
      }
      Set<String> lacking;
      try {
        lacking = lacking(found);
      } catch (IOException | ReflectiveOperationException | RuntimeException | LinkageError e) {
        throw new NotSerializableTaskException(
            "the input cannot be sent: the variables of this JShell session that it uses cannot be"
                + " found: "
                + e,
            "input",
            e);
      }
      if (!lacking.isEmpty()) {
        String names = String.join(", ", lacking);
        throw new NotSerializableTaskException(
            "the input cannot be sent: its class, or a lambda in it, uses what the mapper does not"
                + " use, so that the worker does not have the value: JShell variable "
                + names
                + ". Use it in the mapper too, or make its value a part of the input",
            "input",
            null);
      }
    }
  }

  /** Returns the names of the variables that code uses and the function does not. */
  private synchronized Set<String> lacking(Collection<ClassCode.Reference> found)
      throws IOException, ReflectiveOperationException {
    Set<String> lacking = new TreeSet<>();
    ClassLoader loader = session;
    if (loader == null || seen.containsAll(found)) {
      return lacking;
    }
    Set<ClassCode.Reference> before = seen;
    seen = new HashSet<>(before);
    boolean complete = false;
    try {
      for (ClassCode.Reference each : found) {
        see(each);
      }
      ClassCode.Reference next;
      while ((next = unread.poll()) != null) {
        Field variable = follow(next, loader);
        if (variable != null) {
          lacking.add(variable.getName());
        }
      }
      complete = lacking.isEmpty();
    } finally {
      if (!complete) {
        // The next input of this kind must not pass for one that has been looked at.
        unread.clear();
        seen = before;
      }
    }
    return lacking;
  }
}
