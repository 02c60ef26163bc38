package io.github.poolmap.internal.wire;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the way from an object to the part of it that cannot be serialized, for the message.
 *
 * <p>A second serialization, into nothing, tells which object is the offender: the last one that
 * the stream looked at. A walk over fields, elements and captured arguments, breadth first, finds
 * the shortest way to it. Where modules keep the walk out, the offender is named without its way.
 */
final class FieldPath {

  /** Beyond this many objects the way would not be readable anyway. */
  private static final int LONGEST_SEARCH = 100_000;

  private record Step(Object object, String path) {}

  private final IdentityHashMap<Object, Boolean> seen = new IdentityHashMap<>();
  private final ArrayDeque<Step> ahead = new ArrayDeque<>();
  private final Object offender;
  private int visited;
  private @Nullable String found;

  private FieldPath(Object offender) {
    this.offender = offender;
  }

  /** Returns the path, for example {@code mapper.service.connection (java.net.Socket)}. */
  static String toUnserializable(Object root, String rootName) {
    try (Watcher watcher = new Watcher()) {
      watcher.writeObject(root);
    } catch (OffenderFound found) {
      Object offender = found.offender;
      String path = new FieldPath(offender).searchSafely(root, rootName, found.lambda);
      return (path == null ? rootName + "..." : path) + " (" + offender.getClass().getName() + ")";
    } catch (Throwable refusedByItself) {
      // A class may be Serializable and yet refuse, by user code that throws: no single offender.
      return rootName + "... (" + Texts.of(refusedByItself) + ")";
    }
    return rootName + " (" + root.getClass().getName() + ")";
  }

  private @Nullable String searchSafely(
      Object root, String rootName, @Nullable SerializedLambda lambda) {
    try {
      return search(root, rootName, lambda);
    } catch (RuntimeException | Error brokenObject) {
      // Iterators and classes of the user's may fail in any way; the offender is known all the
      // same.
      return null;
    }
  }

  private @Nullable String search(Object root, String rootName, @Nullable SerializedLambda lambda) {
    visit(root, rootName);
    if (lambda != null) {
      visit(lambda, rootName);
    }
    while (found == null && !ahead.isEmpty() && seen.size() < LONGEST_SEARCH) {
      expand(ahead.remove());
    }
    return found;
  }

  private void expand(Step step) {
    Object object = step.object;
    if (object instanceof SerializedLambda lambda) {
      for (int i = 0; i < lambda.getCapturedArgCount(); i++) {
        visit(lambda.getCapturedArg(i), step.path + ".captured[" + i + "]");
      }
    } else if (object instanceof Map<?, ?> map) {
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        String key = nameOf(entry.getKey());
        visit(entry.getKey(), step.path + ".key(" + key + ")");
        visit(entry.getValue(), step.path + "[" + key + "]");
        if (++visited > LONGEST_SEARCH) {
          break;
        }
      }
    } else if (object instanceof Collection<?> collection) {
      int i = 0;
      for (Object element : collection) {
        visit(element, step.path + "[" + i++ + "]");
        if (++visited > LONGEST_SEARCH) {
          break;
        }
      }
    } else if (object.getClass().isArray()) {
      if (!object.getClass().getComponentType().isPrimitive()) {
        for (int i = 0; i < Array.getLength(object); i++) {
          Object element = Array.get(object, i);
          // To note down each of millions would take far more memory than the array does.
          if (element == offender || ++visited <= LONGEST_SEARCH) {
            visit(element, step.path + "[" + i + "]");
          }
        }
      }
    } else {
      expandFields(step);
    }
  }

  private void expandFields(Step step) {
    for (Class<?> type = step.object.getClass();
        type != null && type != Object.class;
        type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        int modifiers = field.getModifiers();
        if (Modifier.isStatic(modifiers)
            || Modifier.isTransient(modifiers)
            || field.getType().isPrimitive()) {
          continue;
        }
        try {
          field.setAccessible(true);
          visit(field.get(step.object), step.path + "." + nameOf(field, type));
        } catch (InaccessibleObjectException | IllegalAccessException e) {
          // A module keeps its inside to itself. The way may lead elsewhere, or ends in "...".
          continue;
        }
      }
    }
  }

  /** Keys of simple types are known to have a toString() that does no harm. */
  private static String nameOf(@Nullable Object key) {
    return key == null
            || key instanceof String
            || key instanceof Number
            || key instanceof Character
            || key instanceof Boolean
            || key instanceof Enum
        ? String.valueOf(key)
        : key.getClass().getSimpleName();
  }

  /** Fields that the compiler made have names that mean nothing to a reader. */
  private static String nameOf(Field field, Class<?> type) {
    String name = field.getName();
    if (name.startsWith("this$")) {
      return "<enclosing " + field.getType().getSimpleName() + ">";
    }
    if (name.startsWith("arg$") && type.isHidden()) {
      try {
        return "captured[" + (Integer.parseInt(name.substring(4)) - 1) + "]";
      } catch (NumberFormatException e) {
        return name;
      }
    }
    return name.startsWith("val$") ? name.substring(4) : name;
  }

  private void visit(@Nullable Object object, String path) {
    if (object == offender && found == null) {
      found = path;
    }
    if (object != null && seen.put(object, true) == null) {
      ahead.add(new Step(object, path));
    }
  }

  /** Ends the second serialization at the offender. */
  private static final class OffenderFound extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Object offender;
    private final transient @Nullable SerializedLambda lambda;

    OffenderFound(Object offender, @Nullable SerializedLambda lambda) {
      super(null, null, false, false);
      this.offender = offender;
      this.lambda = lambda;
    }
  }

  private static final class Watcher extends ObjectOutputStream {

    private @Nullable SerializedLambda lastLambda;

    Watcher() throws IOException {
      super(OutputStream.nullOutputStream());
      enableReplaceObject(true);
    }

    @Override
    protected @Nullable Object replaceObject(@Nullable Object object) {
      if (object == null) {
        // What a writeReplace has returned.
        return null;
      }
      if (object instanceof SerializedLambda lambda) {
        lastLambda = lambda;
      }
      PathText text = PathText.of(object);
      if (text != null) {
        return text;
      }
      boolean fine =
          object instanceof Serializable
              || object instanceof String
              || object instanceof Class
              || object.getClass().isArray()
              || object instanceof Enum;
      if (!fine) {
        throw new OffenderFound(object, lastLambda);
      }
      return object;
    }
  }
}
