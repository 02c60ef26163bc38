package io.github.poolmap.internal.process;

import io.github.poolmap.internal.wire.ClassRequest;
import io.github.poolmap.internal.wire.Texts;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The class loaders of this program that the classes of a call may come from: the caller's context
 * class loader, and those that know the classes of its function. Workers know them by number.
 *
 * <p>Equal ones have the same number as long as they live, so that a worker which has fetched a
 * class has it for later calls too. Not so those of JShell: their variables are static fields, of
 * which each call has its own.
 *
 * <p>They are not kept alive for the sake of workers; a call keeps those it needs. Immutable.
 */
final class CallerLoaders {

  private static final String JSHELL_LOADERS = "jdk.jshell.";

  private static final CallerLoaders LIBRARY =
      new CallerLoaders(ClassRequest.LIBRARY, List.of(loaderOf(CallerLoaders.class)));

  // Guarded by the class.
  private static final Map<Long, WeakReference<CallerLoaders>> BY_ID = new HashMap<>();
  private static final List<CallerLoaders> LASTING = new ArrayList<>();
  private static long lastId = ClassRequest.LIBRARY;

  private final long id;
  private final List<WeakReference<ClassLoader>> loaders = new ArrayList<>();

  private CallerLoaders(long id, Collection<ClassLoader> loaders) {
    this.id = id;
    for (ClassLoader each : loaders) {
      this.loaders.add(new WeakReference<>(each));
    }
  }

  private static ClassLoader loaderOf(Class<?> type) {
    ClassLoader loader = type.getClassLoader();
    return loader != null ? loader : ClassLoader.getSystemClassLoader();
  }

  /** Class loaders in use, and their number. */
  record Held(CallerLoaders loaders, List<ClassLoader> all) {

    long id() {
      return loaders.id;
    }

    /** Returns the one of a JShell session, null if there is none. */
    @Nullable ClassLoader ofJShell() {
      for (ClassLoader each : all) {
        if (isTyped(each)) {
          return each;
        }
      }
      return null;
    }

    /** Returns a loader that knows what any of them knows. */
    ClassLoader joint() {
      return all.size() == 1 ? all.get(0) : new JointLoader(all);
    }
  }

  /**
   * Returns those of a call.
   *
   * @param context the context class loader of the caller
   * @param types the classes that its function is made of
   */
  static Held of(@Nullable ClassLoader context, Collection<Class<?>> types) {
    Set<ClassLoader> found = new LinkedHashSet<>();
    if (context != null) {
      found.add(context);
    }
    for (Class<?> type : types) {
      Class<?> element = type;
      while (element.isArray()) {
        element = element.getComponentType();
      }
      if (element.getClassLoader() != null) {
        found.add(element.getClassLoader());
      }
    }
    found.remove(ClassLoader.getPlatformClassLoader());
    // Each asks its own parents first, or knows why not.
    List<ClassLoader> all = new ArrayList<>(found);
    if (all.size() > 1) {
      all.removeIf(each -> found.stream().anyMatch(other -> isAncestor(each, other)));
    }
    if (all.isEmpty()) {
      all.add(ClassLoader.getSystemClassLoader());
    }
    List<ClassLoader> copy = List.copyOf(all);
    return new Held(number(copy), copy);
  }

  private static boolean isAncestor(ClassLoader loader, ClassLoader of) {
    for (ClassLoader each = of.getParent(); each != null; each = each.getParent()) {
      if (each == loader) {
        return true;
      }
    }
    return false;
  }

  private static synchronized CallerLoaders number(List<ClassLoader> all) {
    if (LIBRARY.isOf(all) && !isTyped(all.get(0))) {
      return LIBRARY;
    }
    CallerLoaders known = null;
    for (CallerLoaders each : LASTING) {
      if (each.isOf(all)) {
        known = each;
      }
    }
    if (known == null) {
      LASTING.removeIf(CallerLoaders::isGone);
      BY_ID.values().removeIf(each -> each.get() == null);
      known = new CallerLoaders(++lastId, all);
      BY_ID.put(known.id, new WeakReference<>(known));
      if (all.stream().noneMatch(CallerLoaders::isTyped)) {
        LASTING.add(known);
      }
    }
    return known;
  }

  private boolean isOf(List<ClassLoader> all) {
    if (all.size() != loaders.size()) {
      return false;
    }
    for (int i = 0; i < all.size(); i++) {
      if (loaders.get(i).get() != all.get(i)) {
        return false;
      }
    }
    return true;
  }

  private boolean isGone() {
    return loaders.stream().anyMatch(each -> each.get() == null);
  }

  private static boolean isTyped(ClassLoader loader) {
    return loader.getClass().getName().startsWith(JSHELL_LOADERS);
  }

  /** Returns the loaders of a number, null if nobody in this program has them any more. */
  static synchronized @Nullable CallerLoaders byId(long id) {
    if (id == ClassRequest.LIBRARY) {
      return LIBRARY;
    }
    WeakReference<CallerLoaders> known = BY_ID.get(id);
    return known == null ? null : known.get();
  }

  // ---- what they know; runs user code

  /**
   * A resource that is there.
   *
   * @param url as text, empty if not known
   * @param stream has to be closed
   */
  record Opened(String url, InputStream stream) {}

  private List<ClassLoader> asked(String name) {
    List<ClassLoader> all = new ArrayList<>();
    for (WeakReference<ClassLoader> each : loaders) {
      ClassLoader loader = each.get();
      // What is typed belongs to calls, which have numbers of their own.
      boolean typed =
          loader != null && this == LIBRARY && isTyped(loader) && JShellCode.isResource(name);
      if (loader != null && !typed) {
        all.add(loader);
      }
    }
    return all;
  }

  @Nullable Opened open(String name) throws IOException {
    for (ClassLoader each : asked(name)) {
      InputStream stream = each.getResourceAsStream(name);
      if (stream != null) {
        boolean opened = false;
        try {
          URL url = each.getResource(name);
          opened = true;
          return new Opened(url == null ? "" : url.toString(), stream);
        } finally {
          if (!opened) {
            stream.close();
          }
        }
      }
    }
    return null;
  }

  List<URL> find(String name) throws IOException {
    Map<String, URL> urls = new LinkedHashMap<>();
    for (ClassLoader each : asked(name)) {
      Enumeration<URL> found = each.getResources(name);
      while (found.hasMoreElements()) {
        URL url = found.nextElement();
        urls.putIfAbsent(url.toString(), url);
      }
    }
    return List.copyOf(urls.values());
  }

  /** Says which they are. */
  String describe() {
    List<String> names = new ArrayList<>();
    for (WeakReference<ClassLoader> each : loaders) {
      ClassLoader loader = each.get();
      names.add(loader == null ? "(gone)" : describe(loader));
    }
    return String.join(", then ", names);
  }

  private static String describe(ClassLoader loader) {
    try {
      return String.valueOf(loader);
    } catch (RuntimeException | Error e) {
      return loader.getClass().getName() + " (its toString() failed: " + Texts.of(e) + ")";
    }
  }

  /** Asks one after the other. */
  private static final class JointLoader extends ClassLoader {

    static {
      registerAsParallelCapable();
    }

    private final List<ClassLoader> others;

    JointLoader(List<ClassLoader> all) {
      super("poolmap-joint", all.get(0));
      others = all.subList(1, all.size());
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      for (ClassLoader each : others) {
        try {
          return each.loadClass(name);
        } catch (ClassNotFoundException e) {
          // Perhaps the next.
          continue;
        }
      }
      throw new ClassNotFoundException(name);
    }
  }
}
