package io.github.poolmap.internal.process;

import io.github.poolmap.internal.run.EndHook;
import io.github.poolmap.internal.wire.WorkerFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.security.CodeSource;
import java.util.Enumeration;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the library is, as a worker's class path can name it: a jar or a folder.
 *
 * <p>A program may have it in a jar within a jar, or in an image of modules, of which a JVM's class
 * path knows nothing. Then its classes are copied, once for the program, into a jar in a private
 * folder that is deleted when the program exits.
 */
final class LibraryFile {

  private static final Logger LOG = LoggerFactory.getLogger(LibraryFile.class);

  private static final String PACKAGE = "io/github/poolmap/";

  private static final String JAR = "poolmap.jar";

  /** The copy, once it has been needed. Guarded by the class. */
  private static @Nullable Path copy;

  private LibraryFile() {}

  /**
   * Returns the jar or folder that holds the library.
   *
   * @throws IllegalStateException if it is not to be had
   */
  static String path() {
    String self = LibraryFile.class.getName().replace('.', '/') + ".class";
    CodeSource source = LibraryFile.class.getProtectionDomain().getCodeSource();
    URL location = source == null ? null : source.getLocation();
    if (location != null && location.getProtocol().equals("file")) {
      try {
        return Path.of(location.toURI()).toString();
      } catch (URISyntaxException | RuntimeException e) {
        throw notToBeHad(location, e);
      }
    }
    URL own = LibraryFile.class.getResource("LibraryFile.class");
    if (own == null || !own.toString().endsWith(self)) {
      throw notToBeHad(location, null);
    }
    return copied(own).toString();
  }

  /** Tells by its name whether a file is a copy. */
  static boolean isCopy(Path file) {
    return file.endsWith(JAR);
  }

  private static IllegalStateException notToBeHad(@Nullable URL location, @Nullable Exception why) {
    return new IllegalStateException(
        "Poolmap was loaded by "
            + LibraryFile.class.getClassLoader()
            + " from "
            + location
            + ", which no worker can have on its class path; say where its jar is by"
            + " classPath(...)",
        why);
  }

  private static synchronized Path copied(URL own) {
    Path known = copy;
    // Something may tidy up temporary files while a program runs for weeks.
    if (known == null || !Files.exists(known)) {
      try {
        known = copyToPrivateFolder(own);
      } catch (IOException | RuntimeException e) {
        throw notToBeHad(own, e);
      }
      copy = known;
    }
    return known;
  }

  private static Path copyToPrivateFolder(URL own) throws IOException {
    Path temp = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
    // Open to the owner alone, which is what the JDK does for temporary folders.
    Path folder =
        Files.createTempDirectory(temp, "poolmap-lib-" + ProcessHandle.current().pid() + "-");
    Path jar = folder.resolve(JAR);
    boolean written = false;
    try {
      EndHook.add(() -> delete(folder), "poolmap-lib");
      ProcessMark.THIS.write(new WorkerFolder(folder).owner());
      write(own, jar);
      written = true;
    } finally {
      if (!written) {
        delete(folder);
      }
    }
    LOG.debug("copied Poolmap from {} to {} for worker processes", own, jar);
    return jar;
  }

  /** Copies the library's classes into a jar. */
  static void write(URL own, Path jar) throws IOException {
    try (OutputStream file = Files.newOutputStream(jar);
        ZipOutputStream to = new ZipOutputStream(file)) {
      // Read once by each worker: the disk is cheaper than unpacking.
      to.setLevel(0);
      if (own.getProtocol().equals("jrt")) {
        copyModule(own, to);
      } else {
        copyJar(own, to);
      }
    }
  }

  private static void copyJar(URL own, ZipOutputStream to) throws IOException {
    URLConnection connection = own.openConnection();
    if (!(connection instanceof JarURLConnection inJar)) {
      throw new IOException("not in a jar: " + own);
    }
    // A jar of our own, which can be closed.
    connection.setUseCaches(false);
    try (JarFile from = inJar.getJarFile()) {
      String self = inJar.getEntryName();
      String root = self.substring(0, self.indexOf(PACKAGE));
      Enumeration<JarEntry> entries = from.entries();
      while (entries.hasMoreElements()) {
        JarEntry entry = entries.nextElement();
        String name = entry.getName();
        if (!entry.isDirectory() && name.startsWith(root + PACKAGE)) {
          try (InputStream contents = from.getInputStream(entry)) {
            put(to, name.substring(root.length()), contents);
          }
        }
      }
    }
  }

  private static void copyModule(URL own, ZipOutputStream to) throws IOException {
    Path self;
    try {
      self = Paths.get(own.toURI());
    } catch (URISyntaxException e) {
      throw new IOException(own + " is no path", e);
    }
    Path root = self;
    for (int i = PACKAGE.split("/").length + 3; i > 0; i--) {
      Path parent = root.getParent();
      if (parent == null) {
        throw new IOException(own + " has too few parents");
      }
      root = parent;
    }
    try (Stream<Path> files = Files.walk(root.resolve(PACKAGE))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        try (InputStream contents = Files.newInputStream(file)) {
          put(to, root.relativize(file).toString(), contents);
        }
      }
    }
  }

  private static void put(ZipOutputStream to, String name, InputStream contents)
      throws IOException {
    to.putNextEntry(new ZipEntry(name));
    contents.transferTo(to);
    to.closeEntry();
  }

  private static void delete(Path folder) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(folder);
    } catch (NoSuchFileException goneAlready) {
      LOG.debug("{} is gone already", folder);
    } catch (IOException e) {
      System.err.println("poolmap: cannot delete " + folder + ": " + e);
    }
  }
}
