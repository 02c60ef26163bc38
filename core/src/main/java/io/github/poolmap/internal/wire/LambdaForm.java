package io.github.poolmap.internal.wire;

import io.github.poolmap.Mapper;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.security.Security;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A lambda, or a method reference, as bytes without Java serialization, which takes more than a
 * third of the time of a call of one item.
 *
 * <p>What Java serialization sends of a lambda is a {@link SerializedLambda}: which expression of
 * which class it comes from, and what it captures. Here the same is sent. What says which
 * expression it is, is the same each time and packed once. The reader does what Java serialization
 * does: it asks the class of the expression for the lambda. So each reading gives a lambda of its
 * own if it captures something, and else the one that the expression always gives.
 *
 * <p>For lambdas that capture nothing but values: those have no parts that could be shared, nor
 * classes that have to be found. There may be a few of the library's own records around them, each
 * of which holds nothing else. All other functions are serialized, also those of modules that keep
 * their lambdas to themselves.
 *
 * <p>Keeps nothing of the classes that it meets beyond their life: what is known of a class hangs
 * on it.
 */
public final class LambdaForm {

  private static final String API = Mapper.class.getPackageName();
  private static final String NAME_OF_LAMBDAS = "$$Lambda";
  private static final String DOOR = "$deserializeLambda$";

  /**
   * Whether this JVM was launched with a filter for what Java serialization reads. To ask the JDK
   * for the filter itself takes a fresh JVM as long as the rest of its first task; so one that code
   * sets later is asked about inputs and results, but not about these lambdas.
   */
  private static final boolean IS_FILTER_CONFIGURED =
      isConfigured("jdk.serialFilter") || isConfigured("jdk.serialFilterFactory");

  /** The library has fewer. */
  private static final int MOST_WRAPPERS = 8;

  /** Longer texts are serialized, which says what it cannot do. */
  private static final int LONGEST_TEXT = 1 << 20;

  private static final ClassValue<Expression> EXPRESSIONS =
      new ClassValue<>() {
        @Override
        protected Expression computeValue(Class<?> type) {
          return new Expression(type);
        }
      };

  private static final ClassValue<Door> DOORS =
      new ClassValue<>() {
        @Override
        protected Door computeValue(Class<?> type) {
          return new Door(type);
        }
      };

  private final List<Class<?>> types;
  private final byte[] expression;
  private final SerializedLambda lambda;

  private LambdaForm(List<Class<?>> types, byte[] expression, SerializedLambda lambda) {
    this.types = types;
    this.expression = expression;
    this.lambda = lambda;
  }

  private static boolean isConfigured(String property) {
    return System.getProperty(property) != null || Security.getProperty(property) != null;
  }

  // ---- writing

  /** Returns the form of a function; null if it is not such a lambda. */
  public static @Nullable LambdaForm of(Object function) {
    List<Class<?>> types = new ArrayList<>(2);
    Object inner = function;
    while (inner instanceof Record record) {
      inner = types.size() < MOST_WRAPPERS ? wrapped(record) : null;
      types.add(record.getClass());
    }
    if (inner == null) {
      return null;
    }
    types.add(inner.getClass());
    Expression expression = EXPRESSIONS.get(inner.getClass());
    SerializedLambda lambda = expression.lambda(inner);
    return lambda == null || !capturesValues(lambda)
        ? null
        : new LambdaForm(types, expression.packed(lambda), lambda);
  }

  /** Returns the only thing that a record of the library holds; null if it is no such record. */
  private static @Nullable Object wrapped(Record record) {
    Class<?> type = record.getClass();
    if (type.getClassLoader() != LambdaForm.class.getClassLoader()
        || !type.getPackageName().equals(API)) {
      return null;
    }
    RecordShape shape = RecordShape.of(type);
    try {
      boolean single = shape.isWritable() && shape.size() == 1 && shape.kind(0) == 'L';
      return single ? shape.field(0).get(record) : null;
    } catch (IllegalAccessException e) {
      return null;
    }
  }

  private static boolean capturesValues(SerializedLambda lambda) {
    for (int i = 0; i < lambda.getCapturedArgCount(); i++) {
      Object captured = lambda.getCapturedArg(i);
      if (!ItemWriter.isPlainValue(captured)
          || (captured instanceof String text && text.length() > LONGEST_TEXT)) {
        return false;
      }
    }
    return true;
  }

  /** Returns the classes that the function is made of: those around the lambda, and its own. */
  public List<Class<?>> types() {
    return Collections.unmodifiableList(types);
  }

  void write(Packer to) {
    to.putCount(types.size() - 1);
    for (int i = 0; i < types.size() - 1; i++) {
      to.putString(types.get(i).getName());
    }
    to.putBytes(expression);
    int captured = lambda.getCapturedArgCount();
    to.putCount(captured);
    ItemWriter writer = captured == 0 ? null : ItemWriter.alone();
    for (int i = 0; writer != null && i < captured; i++) {
      int start = Sized.begin(to, false);
      writer.write(to, lambda.getCapturedArg(i), "function", null);
      Sized.end(to, start);
    }
  }

  /** What a class that the JVM has made for a lambda expression says of it. */
  private static final class Expression {

    private static final MethodType OF_OBJECT = MethodType.methodType(Object.class, Object.class);

    /**
     * How the class says it to Java serialization; null if it is no such class, or closed. Not a
     * {@link Method}: before JDK 18 those of hidden classes are called by the slow way for ever.
     */
    private final @Nullable MethodHandle replacement;

    private volatile byte @Nullable [] packed;

    Expression(Class<?> type) {
      replacement =
          type.isHidden() && type.isSynthetic() && type.getName().contains(NAME_OF_LAMBDAS)
              ? replacement(type)
              : null;
    }

    private static @Nullable MethodHandle replacement(Class<?> type) {
      try {
        Method found = type.getDeclaredMethod("writeReplace");
        found.setAccessible(true);
        return MethodHandles.lookup().unreflect(found).asType(OF_OBJECT);
      } catch (ReflectiveOperationException | InaccessibleObjectException | SecurityException e) {
        return null;
      }
    }

    /** Returns the lambda in the form of Java serialization; null if it is to be left to that. */
    @Nullable SerializedLambda lambda(Object of) {
      if (replacement == null) {
        return null;
      }
      try {
        Object said = (Object) replacement.invokeExact(of);
        return said instanceof SerializedLambda lambda ? lambda : null;
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        // It declares none.
        throw new IllegalStateException(e);
      }
    }

    /** Packs all but what is captured. */
    byte[] packed(SerializedLambda lambda) {
      byte[] known = packed;
      if (known == null) {
        known =
            new Packer(256)
                .putString(lambda.getCapturingClass().replace('/', '.'))
                .putString(lambda.getFunctionalInterfaceClass())
                .putString(lambda.getFunctionalInterfaceMethodName())
                .putString(lambda.getFunctionalInterfaceMethodSignature())
                .putByte(lambda.getImplMethodKind())
                .putString(lambda.getImplClass())
                .putString(lambda.getImplMethodName())
                .putString(lambda.getImplMethodSignature())
                .putString(lambda.getInstantiatedMethodType())
                .toByteArray();
        packed = known;
      }
      return known;
    }
  }

  // ---- reading

  /**
   * Reads what {@link #write} wrote. Initializes the class of the expression, which is user code.
   */
  static Object read(ByteBuffer from, KnownClasses classes)
      throws IOException, ClassNotFoundException {
    int wrappers = Unpacker.count(from);
    if (wrappers > MOST_WRAPPERS) {
      throw new ProtocolException("lambda within " + wrappers + " others");
    }
    String[] around = new String[wrappers];
    for (int i = 0; i < wrappers; i++) {
      around[i] = text(from);
    }
    Class<?> capturing = find(text(from), classes);
    SerializedLambda lambda =
        new SerializedLambda(
            capturing,
            text(from),
            text(from),
            text(from),
            Unpacker.smallInteger(from),
            text(from),
            text(from),
            text(from),
            text(from),
            captured(from, classes));
    if (from.hasRemaining()) {
      throw new ProtocolException(from.remaining() + " bytes behind a lambda");
    }
    Object function = lambda(capturing, lambda, classes);
    for (int i = wrappers - 1; i >= 0; i--) {
      function = RecordShape.of(find(around[i], classes)).make(new Object[] {function});
    }
    return function;
  }

  private static String text(ByteBuffer from) throws ProtocolException {
    String text = Unpacker.string(from);
    if (text == null) {
      throw new ProtocolException("lambda without all of its names");
    }
    return text;
  }

  private static @Nullable Object[] captured(ByteBuffer from, KnownClasses classes)
      throws IOException, ClassNotFoundException {
    int count = Unpacker.count(from);
    if (count > from.remaining()) {
      throw new ProtocolException("lambda that captures " + count + " values");
    }
    @Nullable Object[] captured = new Object[count];
    ItemReader reader = count == 0 ? null : ItemReader.alone(classes);
    for (int i = 0; reader != null && i < count; i++) {
      captured[i] = reader.read(Sized.slice(from));
    }
    return captured;
  }

  private static Class<?> find(String name, KnownClasses classes) throws ClassNotFoundException {
    try {
      return classes.find(name);
    } catch (ClassNotFoundException e) {
      // The library's own classes may be unknown to the loader of the task.
      try {
        return Class.forName(name, false, LambdaForm.class.getClassLoader());
      } catch (ClassNotFoundException nowhere) {
        // The first knows more about why.
        throw e;
      }
    }
  }

  private static Object lambda(Class<?> capturing, SerializedLambda lambda, KnownClasses classes)
      throws IOException, ClassNotFoundException {
    Method door = DOORS.get(capturing).method;
    @Nullable Object read;
    if (door == null || IS_FILTER_CONFIGURED) {
      // The JDK may enter where the library may not; and who filters what is read wants to be
      // asked.
      read = serializedAndRead(lambda, classes);
    } else {
      try {
        read = door.invoke(null, lambda);
      } catch (IllegalAccessException | InvocationTargetException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        InvalidObjectException refused =
            new InvalidObjectException(
                capturing.getName() + " does not give its lambda: " + Texts.of(cause));
        refused.initCause(cause);
        throw refused;
      }
    }
    if (read == null) {
      throw new InvalidObjectException(capturing.getName() + " gives no lambda");
    }
    return read;
  }

  private static @Nullable Object serializedAndRead(SerializedLambda lambda, KnownClasses classes)
      throws IOException, ClassNotFoundException {
    Packer packer = new Packer(1024);
    try (JavaWriter stream = new JavaWriter(packer, null)) {
      stream.writeObject(lambda);
    }
    ByteBuffer bytes = ByteBuffer.wrap(packer.array(), 0, packer.size());
    return new JavaReader(bytes, classes).read(bytes, packer.size());
  }

  /** What gives out the lambdas of a class again; the compiler puts it there. */
  private static final class Door {

    private final @Nullable Method method;

    Door(Class<?> type) {
      Method found;
      try {
        found = type.getDeclaredMethod(DOOR, SerializedLambda.class);
        found.setAccessible(true);
      } catch (NoSuchMethodException | InaccessibleObjectException | SecurityException e) {
        found = null;
      }
      method = found;
    }
  }
}
