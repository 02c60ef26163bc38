package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Classes compiled in memory.
 *
 * @param files the class files by path
 */
record Compiled(Map<String, byte[]> files) {

  private static final Pattern PACKAGE = Pattern.compile("package ([\\w.]+);");
  private static final Pattern TYPE =
      Pattern.compile("public (?:final )?(?:class|interface|record) (\\w+)");

  /** Compiles sources, each with one public type, against the class path of the tests. */
  static Compiled of(String... sources) throws IOException {
    return of(List.of(), sources);
  }

  static Compiled of(List<String> options, String... sources) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    Map<String, byte[]> files = new TreeMap<>();
    StringWriter messages = new StringWriter();
    List<JavaFileObject> units = new ArrayList<>();
    for (String source : sources) {
      units.add(new Source(source));
    }
    try (StandardJavaFileManager standard = compiler.getStandardFileManager(null, null, null);
        JavaFileManager manager = new MemoryManager(standard, files)) {
      boolean compiled = compiler.getTask(messages, manager, null, options, null, units).call();
      assertThat(compiled).as(messages.toString()).isTrue();
    }
    return new Compiled(files);
  }

  /** Writes the class files into a folder. */
  void writeTo(Path folder) throws IOException {
    for (Map.Entry<String, byte[]> each : files.entrySet()) {
      Path file = folder.resolve(each.getKey());
      Files.createDirectories(file.getParent());
      Files.write(file, each.getValue());
    }
  }

  private static final class Source extends SimpleJavaFileObject {

    private final String text;

    Source(String text) {
      super(URI.create("memory:///" + path(text)), Kind.SOURCE);
      this.text = text;
    }

    private static String path(String text) {
      if (text.contains("module demo")) {
        return "module-info.java";
      }
      Matcher inPackage = PACKAGE.matcher(text);
      Matcher type = TYPE.matcher(text);
      assertThat(type.find()).isTrue();
      return (inPackage.find() ? inPackage.group(1).replace('.', '/') + "/" : "")
          + type.group(1)
          + ".java";
    }

    @Override
    public CharSequence getCharContent(boolean ignoreErrors) {
      return text;
    }
  }

  private static final class MemoryManager
      extends ForwardingJavaFileManager<StandardJavaFileManager> {

    private final Map<String, byte[]> files;

    MemoryManager(StandardJavaFileManager standard, Map<String, byte[]> files) {
      super(standard);
      this.files = files;
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
      String path = className.replace('.', '/') + kind.extension;
      return new SimpleJavaFileObject(URI.create("memory:///" + path), kind) {
        @Override
        public OutputStream openOutputStream() {
          return new ByteArrayOutputStream() {
            @Override
            public void close() {
              files.put(path, toByteArray());
            }
          };
        }
      };
    }
  }

  /** A class loader that has files in memory, and gives them. */
  static class MemoryLoader extends ClassLoader {

    private final Map<String, byte[]> files;

    MemoryLoader(Compiled compiled) {
      this(compiled.files());
    }

    MemoryLoader(Map<String, byte[]> files) {
      super(MemoryLoader.class.getClassLoader());
      this.files = files;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      byte[] bytes = files.get(name.replace('.', '/') + ".class");
      if (bytes == null) {
        throw new ClassNotFoundException(name);
      }
      return defineClass(name, bytes, 0, bytes.length);
    }

    @Override
    public InputStream getResourceAsStream(String name) {
      byte[] bytes = files.get(name);
      return bytes == null ? super.getResourceAsStream(name) : new ByteArrayInputStream(bytes);
    }

    /** Makes an object of a class that has a constructor without parameters. */
    <V> V make(Class<V> type, String name) {
      try {
        var constructor = loadClass(name).getDeclaredConstructor();
        constructor.setAccessible(true);
        return type.cast(constructor.newInstance());
      } catch (ReflectiveOperationException e) {
        throw new UncheckedIOException(new IOException(e));
      }
    }
  }
}
