package io.github.poolmap.internal.worker;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the classes and resources that this JVM lacks in its parent.
 *
 * <p>There are two kinds. One stands for a class loader of the program: tasks have it as their
 * context class loader, and their objects are read with it. What is on the class path of this JVM
 * comes from there, the rest from the parent.
 *
 * <p>The other kind loads the library itself, in a worker whose class path does not hold all that
 * the library uses, because the program has it in nested jars or in class loaders of its own. Then
 * the library has to find shipped classes, which it could not if it were loaded by the JVM's own
 * class loader, the parent of all others. So this one takes its place: it loads the class path, and
 * asks whoever has loaded the library in the parent for the rest. It is made before there is a
 * channel to the parent, and told of its source later.
 *
 * <p>Since both the JVM's own class loader and this one know this class, it refers to nothing but
 * the JDK. What is not there is remembered as such for the call. Safe for use by many threads;
 * classes of different names are loaded side by side.
 */
public final class ShippedLoader extends URLClassLoader {

  static {
    registerAsParallelCapable();
  }

  private static final String SELF = ShippedLoader.class.getName();

  /** Programs that ask for ever new names shall not fill the heap. */
  private static final int MOST_MISSING = 20_000;

  /** The parent of this JVM. Waits; keeps an interrupt for later. */
  public interface Source {

    /**
     * Gets the first resource of a name.
     *
     * @return null if nothing is there
     * @throws IOException if it could not be looked for
     */
    @Nullable Resource first(String name) throws IOException;

    /**
     * Gets all resources of a name.
     *
     * @throws IOException if they could not be looked for
     */
    List<Resource> all(String name) throws IOException;

    /** Says in a message why nothing of that name was there, and what to do about it. */
    String whyMissing(String name);
  }

  /**
   * A resource of the parent.
   *
   * @param url where it is there; empty if not known
   * @param bytes what is in it
   */
  public record Resource(String url, byte[] bytes) {}

  private final boolean isOfLibrary;
  private volatile @Nullable Source source;
  private final Set<String> missing = ConcurrentHashMap.newKeySet();
  private final Set<String> allMissing = ConcurrentHashMap.newKeySet();
  private final Map<String, ProtectionDomain> domains = new ConcurrentHashMap<>();

  /**
   * Makes the one that loads the library.
   *
   * @param replaced the JVM's own, whose class path becomes that of this one
   */
  public ShippedLoader(ClassLoader replaced) {
    super("poolmap-library", classPath(), replaced.getParent());
    isOfLibrary = true;
  }

  /** Makes one that stands for a class loader of the program. */
  public ShippedLoader(String name, Source source, ClassLoader parent) {
    super(name, new URL[0], parent);
    this.isOfLibrary = false;
    this.source = source;
  }

  /** Says whom to ask for what the class path does not hold. */
  public void setSource(Source newSource) {
    source = newSource;
  }

  /** Forgets what was not there: the program may have it by now. */
  public void forgetMissing() {
    missing.clear();
    allMissing.clear();
  }

  private static URL[] classPath() {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path", "").split(File.pathSeparator)) {
      try {
        urls.add(Path.of(entry).toUri().toURL());
      } catch (InvalidPathException | MalformedURLException e) {
        System.err.println("poolmap: not a path in the class path: " + entry);
      }
    }
    return urls.toArray(new URL[0]);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (isOfLibrary && name.startsWith(SELF)) {
      // There must be one of it, or this object would be of another class.
      return Class.forName(name, false, SELF_LOADER);
    }
    return super.loadClass(name, resolve);
  }

  private static final @Nullable ClassLoader SELF_LOADER = ShippedLoader.class.getClassLoader();

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    if (isOfLibrary) {
      try {
        return super.findClass(name);
      } catch (ClassNotFoundException e) {
        if (source == null) {
          throw e;
        }
        // Go on with the parent.
      }
    }
    Source from = source;
    if (from == null || name.startsWith("java.")) {
      throw new ClassNotFoundException(name);
    }
    String path = name.replace('.', '/') + ".class";
    Resource found;
    try {
      found = first(from, path);
    } catch (IOException e) {
      throw new ClassNotFoundException(name + ": " + e.getMessage(), e);
    }
    if (found == null) {
      throw new ClassNotFoundException(name + ": " + from.whyMissing(path));
    }
    definePackageOf(name);
    return defineClass(name, found.bytes(), 0, found.bytes().length, domain(found.url(), path));
  }

  private void definePackageOf(String className) {
    int dot = className.lastIndexOf('.');
    String name = dot < 0 ? "" : className.substring(0, dot);
    if (dot >= 0 && getDefinedPackage(name) == null) {
      try {
        definePackage(name, null, null, null, null, null, null, null);
      } catch (IllegalArgumentException e) {
        // Another thread was faster.
        if (getDefinedPackage(name) == null) {
          throw e;
        }
      }
    }
  }

  /** Classes say where they come from as they do in the parent, which is on the same machine. */
  private ProtectionDomain domain(String url, String path) {
    String location = location(url, path);
    ProtectionDomain known = domains.get(location);
    if (known == null) {
      known = new ProtectionDomain(codeSource(location), null, this, null);
      domains.put(location, known);
    }
    return known;
  }

  private static String location(String url, String path) {
    if (!url.endsWith(path)) {
      return "";
    }
    String folder = url.substring(0, url.length() - path.length());
    if (folder.startsWith("jar:file:") && folder.indexOf("!/") == folder.length() - 2) {
      return folder.substring("jar:".length(), folder.length() - 2);
    }
    return folder;
  }

  private static CodeSource codeSource(String location) {
    URL url = null;
    try {
      if (location.startsWith("file:")) {
        url = new URL(location);
      } else if (!location.isEmpty()) {
        // Perhaps only the parent knows how to open it, and looking for somebody who does would
        // load classes while one is being loaded.
        url = new URL(null, location, new Handler("", new byte[0]));
      }
    } catch (MalformedURLException e) {
      // Then it has none.
      url = null;
    }
    return new CodeSource(url, (Certificate[]) null);
  }

  // ---- resources

  @Override
  public @Nullable URL findResource(String name) {
    URL own = isOfLibrary ? super.findResource(name) : null;
    Source from = source;
    if (own != null || from == null || !isShippable(name)) {
      return own;
    }
    try {
      Resource found = first(from, name);
      return found == null ? null : url(found, name);
    } catch (IOException e) {
      System.err.println("poolmap: the resource " + name + " cannot be fetched: " + e.getMessage());
      return null;
    }
  }

  @Override
  public Enumeration<URL> findResources(String name) throws IOException {
    List<URL> urls = new ArrayList<>();
    if (isOfLibrary) {
      urls.addAll(Collections.list(super.findResources(name)));
    }
    Source from = source;
    if (from == null || !isShippable(name) || allMissing.contains(name)) {
      return Collections.enumeration(urls);
    }
    List<Resource> found = from.all(name);
    if (found.isEmpty()) {
      note(allMissing, name);
      return Collections.enumeration(urls);
    }
    // What both have on their class paths is there once.
    Set<String> known = new HashSet<>();
    for (URL each : urls) {
      known.add(each.toString());
    }
    ClassLoader parent = getParent();
    if (parent != null) {
      for (URL each : Collections.list(parent.getResources(name))) {
        known.add(each.toString());
      }
    }
    for (Resource each : found) {
      URL url = url(each, name);
      if (!known.contains(each.url()) && known.add(url.toString())) {
        urls.add(url);
      }
    }
    return Collections.enumeration(urls);
  }

  /** What the program lists of a folder says nothing here. */
  private static boolean isShippable(String name) {
    return !name.isEmpty() && !name.endsWith("/");
  }

  private @Nullable Resource first(Source from, String name) throws IOException {
    if (missing.contains(name)) {
      return null;
    }
    Resource found = from.first(name);
    if (found == null) {
      note(missing, name);
    }
    return found;
  }

  private static void note(Set<String> names, String name) {
    if (names.size() >= MOST_MISSING) {
      names.clear();
    }
    names.add(name);
  }

  private static URL url(Resource resource, String name) throws MalformedURLException {
    String there = resource.url().isEmpty() ? "/" + name : resource.url();
    String text = "poolmap:" + there;
    return new URL(null, text, new Handler(text, resource.bytes()));
  }

  /** Opens the one URL of a resource that has been fetched, and no other. */
  private static final class Handler extends URLStreamHandler {

    private final String text;
    private final byte[] bytes;

    Handler(String text, byte[] bytes) {
      this.text = text;
      this.bytes = bytes;
    }

    @Override
    protected URLConnection openConnection(URL url) throws IOException {
      if (!url.toString().equals(text)) {
        // Made from the first, for a neighbour of it.
        throw new FileNotFoundException(url + " was not fetched; ask a class loader for it");
      }
      return new Connection(url, bytes);
    }
  }

  private static final class Connection extends URLConnection {

    private final byte[] bytes;

    Connection(URL url, byte[] bytes) {
      super(url);
      this.bytes = bytes;
    }

    @Override
    public void connect() {
      connected = true;
    }

    @Override
    public InputStream getInputStream() {
      return new ByteArrayInputStream(bytes);
    }

    @Override
    public long getContentLengthLong() {
      return bytes.length;
    }

    @Override
    public int getContentLength() {
      return bytes.length;
    }
  }
}
