package io.github.poolmap.internal.worker;

import io.github.poolmap.internal.wire.ClassReply;
import io.github.poolmap.internal.wire.ClassRequest;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a worker has fetched for the tasks of one pool: a class loader for each class loader of the
 * program. With this object they are forgotten.
 *
 * <p>Of many loaders those used last are kept, the others as long as something of theirs is in use.
 * Used by the thread that executes items.
 */
final class ShippedClasses {

  private static final int KEPT = 32;

  private final ClassFetcher fetcher;
  private final Map<Long, WeakReference<ShippedLoader>> all = new HashMap<>();
  private final Map<Long, ShippedLoader> latest =
      new LinkedHashMap<>(2 * KEPT, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, ShippedLoader> eldest) {
          return size() > KEPT;
        }
      };

  ShippedClasses(ClassFetcher fetcher) {
    this.fetcher = fetcher;
  }

  /** Makes the class loader of the library ask the parent too, if it is one that can. */
  static void serveLibrary(ClassFetcher fetcher) {
    if (libraryLoader() instanceof ShippedLoader library) {
      library.setSource(new OfParent(fetcher, ClassRequest.LIBRARY));
    }
  }

  /** Returns what has loaded the library in this JVM. */
  static ClassLoader libraryLoader() {
    ClassLoader loader = ShippedClasses.class.getClassLoader();
    return loader != null ? loader : ClassLoader.getSystemClassLoader();
  }

  /** A call begins: what was missing until now may be there for it. */
  static void forgetMissing(ClassLoader loader) {
    if (libraryLoader() instanceof ShippedLoader library) {
      library.forgetMissing();
    }
    if (loader instanceof ShippedLoader shipped) {
      shipped.forgetMissing();
    }
  }

  /** Returns the loader that stands for one of the program. */
  ClassLoader loader(long id) {
    ClassLoader library = libraryLoader();
    if (id == ClassRequest.LIBRARY && library instanceof ShippedLoader) {
      return library;
    }
    ShippedLoader known = latest.get(id);
    if (known == null) {
      WeakReference<ShippedLoader> earlier = all.get(id);
      known = earlier == null ? null : earlier.get();
      if (known == null) {
        forgetCollected();
        ShippedLoader.Source source =
            id == ClassRequest.NOBODY ? new OfNobody() : new OfParent(fetcher, id);
        known = new ShippedLoader("poolmap-" + id, source, library);
        all.put(id, new WeakReference<>(known));
      }
      latest.put(id, known);
    }
    return known;
  }

  /** A loop, since a worker does this while it boots, when the first lambda is dear. */
  private void forgetCollected() {
    Iterator<WeakReference<ShippedLoader>> each = all.values().iterator();
    while (each.hasNext()) {
      if (each.next().get() == null) {
        each.remove();
      }
    }
  }

  /** Asks a class loader of the parent. */
  private static final class OfParent implements ShippedLoader.Source {

    private final ClassFetcher fetcher;
    private final long loader;

    /** How the parent calls those that it has asked. */
    private volatile String asked = "";

    OfParent(ClassFetcher fetcher, long loader) {
      this.fetcher = fetcher;
      this.loader = loader;
    }

    @Override
    public ShippedLoader.@Nullable Resource first(String name) throws IOException {
      List<ShippedLoader.Resource> found = fetch(name, false);
      return found.isEmpty() ? null : found.get(0);
    }

    @Override
    public List<ShippedLoader.Resource> all(String name) throws IOException {
      return fetch(name, true);
    }

    private List<ShippedLoader.Resource> fetch(String name, boolean all) throws IOException {
      ClassReply reply = fetcher.fetch(new ClassRequest(loader, all, name));
      asked = reply.text();
      List<ShippedLoader.Resource> resources = new ArrayList<>();
      for (ClassReply.Found each : reply.found()) {
        byte[] bytes = new byte[each.bytes().remaining()];
        each.bytes().get(bytes);
        resources.add(new ShippedLoader.Resource(each.url(), bytes));
      }
      return resources;
    }

    @Override
    public String whyMissing(String name) {
      return "the class path of the worker does not have it, and the program's class loader "
          + asked
          + " does not give its bytes: getResourceAsStream(\""
          + name
          + "\") is null. Put it on the class path of the workers, or let that class loader answer"
          + ", or make one that does the context class loader of the calling thread";
    }
  }

  /** For pools that want their class path and nothing else. */
  private static final class OfNobody implements ShippedLoader.Source {

    @Override
    public ShippedLoader.@Nullable Resource first(String name) {
      return null;
    }

    @Override
    public List<ShippedLoader.Resource> all(String name) {
      return List.of();
    }

    @Override
    public String whyMissing(String name) {
      return "the class path of the worker does not have it, and its pool has shipClasses(false)."
          + " Put it on the class path of the workers, or let classes be shipped";
    }
  }
}
