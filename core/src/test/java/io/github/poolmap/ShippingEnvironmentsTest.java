package io.github.poolmap;

import static io.github.poolmap.ProcessPoolContract.QUICK_BOOT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.common.util.concurrent.internal.InternalFutureFailureAccess;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs whose class path is not what a JVM calls one. Each test starts a program as its users
 * would, in a JVM of its own, and reads what it prints.
 */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 80, threadMode = ThreadMode.SEPARATE_THREAD)
class ShippingEnvironmentsTest {

  private static final int PROGRAM_SECONDS = 70;

  private static final String MAIN =
      """
      package demo;
      import io.github.poolmap.*;
      import java.util.List;
      import org.slf4j.LoggerFactory;
      import org.slf4j.MDC;
      public final class Main {
        public static void main(String[] args) {
          MDC.put("who", "demo");
          try (Pools pools = Pools.create()) {
            Pool<Object, Object> pool = pools.processes(1);
            System.out.println("points " + pool.map(x -> new Point((int) x, 2), List.of(3, 4)));
            System.out.println("text " + pool.apply(Main::text));
            System.out.println("mdc " + pool.apply(() -> MDC.get("who")));
            System.out.println("logger "
                + pool.apply(() -> LoggerFactory.getLogger(Main.class).getClass().getName()));
            System.out.println("nested " + pool.apply(() -> {
              try (Pools inner = Pools.create()) {
                return inner.processes(1).map(x -> new Point((int) x, 5), List.of(6)).get(0);
              }
            }));
            System.out.println("shipped " + (pool.stats().shippedClasses() > 0));
          }
        }
        private static String text() throws java.io.IOException {
          try (var in = Main.class.getResourceAsStream("text")) {
            return new String(in.readAllBytes());
          }
        }
      }
      """;

  private static final String POINT =
      """
      package demo;
      public record Point(int x, int y) implements java.io.Serializable {}
      """;

  private static final String[] PRINTED = {
    "points [Point[x=3, y=2], Point[x=4, y=2]]",
    "text hello",
    "mdc demo",
    "logger ch.qos.logback.classic.Logger",
    "nested Point[x=6, y=5]"
  };

  @TempDir static Path shared;
  private static Path classes;
  private static Path poolmap;
  private static List<Path> libraries;

  @TempDir Path home;
  private Path temp;

  @BeforeAll
  static void buildProgram() throws IOException {
    classes = shared.resolve("classes");
    Compiled.of(MAIN, POINT).writeTo(classes);
    Files.writeString(classes.resolve("demo").resolve("text"), "hello");
    poolmap = shared.resolve("poolmap.jar");
    try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(poolmap))) {
      addAll(jar, location(Pools.class), "", new HashSet<>());
    }
    libraries =
        List.of(
            location(org.slf4j.Logger.class),
            location(com.google.common.collect.ImmutableList.class),
            location(InternalFutureFailureAccess.class),
            location(ch.qos.logback.classic.Logger.class),
            location(ch.qos.logback.core.Context.class));
  }

  @BeforeEach
  void makeTemp() throws IOException {
    temp = Files.createDirectory(home.resolve("tmp"));
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    try (Stream<Path> left = Files.list(temp)) {
      assertThat(left.filter(path -> path.getFileName().toString().startsWith("poolmap-")))
          .as("folders left behind")
          .isEmpty();
    }
  }

  // ---- programs

  @Test
  void aPlainFatJar() throws Exception {
    Path jar = home.resolve("fat.jar");
    Manifest manifest = manifest("demo.Main");
    Set<String> names = new HashSet<>(Set.of("META-INF/MANIFEST.MF"));
    try (JarOutputStream to = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      addAll(to, classes, "", names);
      addAll(to, poolmap, "", names);
      for (Path each : libraries) {
        addAll(to, each, "", names);
      }
    }
    assertThat(run(java("-jar", jar.toString()))).contains(PRINTED).contains("shipped false");
  }

  @Test
  void aSpringBootExecutableJar() throws Exception {
    String loader = System.getProperty("poolmap.test.springBootLoader", "");
    assumeThat(loader).as("the build says where the launcher is").isNotEmpty();
    Path jar = home.resolve("app.jar");
    Manifest manifest = manifest("org.springframework.boot.loader.launch.JarLauncher");
    manifest.getMainAttributes().putValue("Start-Class", "demo.Main");
    manifest.getMainAttributes().putValue("Spring-Boot-Classes", "BOOT-INF/classes/");
    manifest.getMainAttributes().putValue("Spring-Boot-Lib", "BOOT-INF/lib/");
    Set<String> names = new HashSet<>(Set.of("META-INF/MANIFEST.MF"));
    try (JarOutputStream to = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      for (String folder : List.of("BOOT-INF/", "BOOT-INF/classes/", "BOOT-INF/lib/")) {
        to.putNextEntry(new ZipEntry(folder));
        to.closeEntry();
      }
      addAll(to, Path.of(loader), "", names);
      addAll(to, classes, "BOOT-INF/classes/", names);
      for (Path each : withPoolmap()) {
        store(to, "BOOT-INF/lib/" + each.getFileName(), Files.readAllBytes(each));
      }
    }
    assertThat(run(java("-jar", jar.toString())))
        .contains(PRINTED)
        .contains("shipped true")
        .noneMatch(line -> line.toLowerCase(Locale.ROOT).contains("warn"));
  }

  @Test
  void mavenExecJava() throws Exception {
    String maven = System.getProperty("maven.home", "");
    assumeThat(maven).as("the build is Maven's").isNotEmpty();
    Path project = Files.createDirectory(home.resolve("project"));
    Files.writeString(
        project.resolve("pom.xml"),
        """
        <project xmlns="http://maven.apache.org/POM/4.0.0">
          <modelVersion>4.0.0</modelVersion>
          <groupId>demo</groupId>
          <artifactId>demo</artifactId>
          <version>1</version>
          <packaging>pom</packaging>
          <build>
            <plugins>
              <plugin>
                <groupId>org.codehaus.mojo</groupId>
                <artifactId>exec-maven-plugin</artifactId>
                <version>%s</version>
                <configuration>
                  <mainClass>demo.Main</mainClass>
                  <additionalClasspathElements>%s</additionalClasspathElements>
                </configuration>
              </plugin>
            </plugins>
          </build>
        </project>
        """
            .formatted(
                System.getProperty("poolmap.test.execPlugin"),
                Stream.concat(Stream.of(classes), withPoolmap().stream())
                    .map(each -> "<element>" + each + "</element>")
                    .collect(Collectors.joining())));
    List<String> command = new ArrayList<>();
    command.add(Path.of(maven, "bin", "mvn").toString());
    command.addAll(List.of("-q", "-B", "-ntp"));
    String repository = System.getProperty("poolmap.test.localRepository", "");
    if (!repository.isEmpty()) {
      command.add("-Dmaven.repo.local=" + repository);
    }
    command.add("exec:java");
    ProcessBuilder builder = new ProcessBuilder(command).directory(project.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("MAVEN_OPTS", QUICK_BOOT + " -Djava.io.tmpdir=" + temp);
    assertThat(run(builder)).contains(PRINTED).contains("shipped true");
  }

  @Test
  void theModulePath() throws Exception {
    Path module = home.resolve("module");
    String modulePath =
        Stream.concat(Stream.of(poolmap), libraries.stream())
            .map(Path::toString)
            .reduce((a, b) -> a + ":" + b)
            .orElseThrow();
    Compiled.of(
            List.of("--module-path", modulePath, "-proc:none"),
            "module demo { requires io.github.poolmap; requires org.slf4j; }",
            MAIN,
            POINT)
        .writeTo(module);
    Files.writeString(module.resolve("demo").resolve("text"), "hello");
    assertThat(run(java("-p", modulePath + ":" + module, "-m", "demo/demo.Main")))
        .contains(PRINTED)
        .contains("shipped false");
  }

  @Test
  void anImageOfModules() throws Exception {
    Path module = home.resolve("module");
    String modulePath =
        String.join(":", withPoolmap().subList(0, 4).stream().map(Path::toString).toList());
    Compiled.of(
            List.of("--module-path", modulePath, "-proc:none"),
            "module demo { requires io.github.poolmap; opens demo; }",
            POINT,
            """
            package demo;
            import io.github.poolmap.*;
            public final class Small {
              public static void main(String[] args) {
                try (Pools pools = Pools.create()) {
                  System.out.println("points " + pools.processes(1)
                      .map(x -> new Point(x, 2), java.util.List.of(3, 4)));
                }
              }
            }
            """)
        .writeTo(module);
    ToolProvider jlink = ToolProvider.findFirst("jlink").orElseThrow();
    Path image = home.resolve("image");
    int status =
        jlink.run(
            System.out,
            System.err,
            "--module-path",
            modulePath + ":" + module,
            "--add-modules",
            "demo,jdk.unsupported",
            "--output",
            image.toString());
    assertThat(status).isZero();
    ProcessBuilder builder = java("-m", "demo/demo.Small");
    builder.command().set(0, image.resolve("bin").resolve("java").toString());
    assertThat(run(builder)).contains("points [Point[x=3, y=2], Point[x=4, y=2]]");
  }

  @Test
  void jshell() throws Exception {
    Path script = home.resolve("script.jsh");
    Files.writeString(
        script,
        """
        import io.github.poolmap.*;
        int x = 1;
        int twice(int v) { return 2 * v * x; }
        record P(int a) implements java.io.Serializable {}
        record Plain(int a) {}
        class Sum implements java.io.Serializable {
          final int a;
          Sum(int a) { this.a = a; }
          int plus() { return new Plain(a).a() + twice(1); }
        }
        Pools pools = Pools.create();
        Pool<Object, Object> pool = pools.processes(1);
        System.out.println("first " + pool.map(v -> new P(twice(v) + x), List.of(10, 20)));
        x = 2;
        System.out.println("second " + pool.map(v -> new P(twice(v) + x), List.of(10, 20)));
        Mapper<Integer, Object> kept = v -> new Sum(v).plus();
        System.out.println("kept " + pool.map(kept, List.of(7)));
        x = 3;
        System.out.println("again " + pool.map(v -> kept.map(v), List.of(7)));
        System.out.println("typed " + pool.map(Sum::plus, List.of(new Sum(100))));
        Object unsendable = new Thread();
        int tryIt() {
          try {
            pool.map(v -> unsendable.hashCode(), List.of(1));
            return 0;
          } catch (NotSerializableTaskException e) {
            System.out.println("refused " + e.getMessage());
            return 1;
          }
        }
        tryIt();
        int n = 5;
        interface Tagged extends Mapper<Integer, Object> {
          default Object map(Integer v) { return "tag" + (v + n); }
        }
        record Tagger() implements Tagged {}
        abstract class Base implements java.io.Serializable { int times(int v) { return v * n; } }
        class Derived extends Base {}
        interface Rule extends java.io.Serializable {
          int of(int v);
          default int twiceOf(int v) { return 2 * of(v) * n; }
        }
        interface Shape extends java.io.Serializable { int area(); }
        record Square(int a) implements Shape { public int area() { return a * n; } }
        record Plate(int a) implements Shape { public int area() { return a * a; } }
        System.out.println("default method " + pool.map(new Tagger(), List.of(1)));
        Derived derived = new Derived();
        System.out.println("inherited " + pool.map(v -> derived.times(v), List.of(3)));
        Rule rule = v -> v + 1;
        System.out.println("default of a lambda " + pool.map((Rule r) -> r.twiceOf(2), List.of(rule)));
        System.out.println("used by neither " + pool.map((Shape s) -> s.area(), List.of(new Plate(3))));
        System.out.println("used by both " + pool.map((Shape s) -> s.area() + n, List.of(new Square(3))));
        void refuse(String what, Object input, Mapper<Object, Object> mapper) {
          for (var outcome : pool.mapOutcomes(mapper, List.of(input, input))) {
            System.out.println(what + " " + (outcome.isSuccess()
                ? "WRONG " + outcome.value() : outcome.failure().getMessage()));
          }
        }
        refuse("class of an input", new Square(3), s -> ((Shape) s).area());
        interface Simple extends java.io.Serializable { int of(int v); }
        Simple lambda = v -> v + n;
        refuse("lambda of an input", new Simple[] {lambda}, r -> ((Simple[]) r)[0].of(1));
        int checked(int v) { assert v > 0; return v; }
        System.out.println("assertion " + pool.map(v -> checked(v), List.of(8)));
        System.out.println("of a worker's worker " + pool.apply(() -> {
          try (Pools inner = Pools.create()) {
            return inner.processes(1).map(v -> (int) v * n, List.of(6)).get(0);
          }
        }));
        pools.close();
        /exit
        """);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "jshell").toString());
    command.add("-J-Djava.util.prefs.userRoot=" + home);
    command.add("-J-Djava.util.prefs.systemRoot=" + home);
    command.add("-J" + QUICK_BOOT);
    command.add("-R" + QUICK_BOOT);
    command.add("-R-Djava.io.tmpdir=" + temp);
    command.add("--class-path");
    command.add(String.join(":", withPoolmap().stream().map(Path::toString).toList()));
    command.addAll(List.of("--startup", "DEFAULT", "-s", script.toString()));
    List<String> lines = run(new ProcessBuilder(command));
    assertThat(lines)
        .contains(
            "first [P[a=21], P[a=41]]",
            "second [P[a=42], P[a=82]]",
            "kept [11]",
            "again [13]",
            "typed [106]",
            "default method [tag6]",
            "inherited [15]",
            "default of a lambda [30]",
            "used by neither [9]",
            "used by both [20]",
            "assertion [8]",
            "of a worker's worker 30");
    for (String refused : List.of("class of an input item ", "lambda of an input item ")) {
      assertThat(lines.stream().filter(line -> line.startsWith(refused)))
          .hasSize(2)
          .allMatch(line -> line.contains("JShell variable n. Use it in the mapper too"));
    }
    assertThat(lines)
        .anyMatch(line -> line.startsWith("refused the JShell variable unsendable cannot be sent"));
  }

  // ---- how they are made and run

  private static List<Path> withPoolmap() {
    List<Path> all = new ArrayList<>(libraries);
    all.add(0, poolmap);
    return all;
  }

  private static Path location(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Manifest manifest(String main) {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, main);
    return manifest;
  }

  /** Adds what is in a jar or folder, as far as the names are new. */
  private static void addAll(ZipOutputStream to, Path from, String prefix, Set<String> names)
      throws IOException {
    if (Files.isDirectory(from)) {
      try (Stream<Path> files = Files.walk(from)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          add(to, prefix + from.relativize(file), Files.readAllBytes(file), names);
        }
      }
      return;
    }
    try (ZipFile jar = new ZipFile(from.toFile())) {
      for (ZipEntry entry : jar.stream().filter(each -> !each.isDirectory()).toList()) {
        try (InputStream contents = jar.getInputStream(entry)) {
          add(to, prefix + entry.getName(), contents.readAllBytes(), names);
        }
      }
    }
  }

  private static void add(ZipOutputStream to, String name, byte[] contents, Set<String> names)
      throws IOException {
    if (names.add(name)) {
      to.putNextEntry(new ZipEntry(name));
      to.write(contents);
      to.closeEntry();
    }
  }

  /** Jars in jars must not be compressed. */
  private static void store(ZipOutputStream to, String name, byte[] contents) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    CRC32 crc = new CRC32();
    crc.update(contents);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(contents.length);
    entry.setCrc(crc.getValue());
    to.putNextEntry(entry);
    to.write(contents);
    to.closeEntry();
  }

  private ProcessBuilder java(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add(QUICK_BOOT);
    command.add("-Djava.io.tmpdir=" + temp);
    command.addAll(Arrays.asList(arguments));
    return new ProcessBuilder(command);
  }

  /** Runs a program to its end and returns the lines that it printed. */
  private List<String> run(ProcessBuilder builder) throws Exception {
    Path output = home.resolve("output");
    for (String variable : List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")) {
      builder.environment().remove(variable);
    }
    builder.redirectErrorStream(true);
    builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    builder.redirectOutput(output.toFile());
    Process process = builder.start();
    try {
      boolean ended = process.waitFor(PROGRAM_SECONDS, TimeUnit.SECONDS);
      List<String> lines = Files.readAllLines(output, StandardCharsets.UTF_8);
      assertThat(ended).as("it has ended; it said %s", lines).isTrue();
      assertThat(process.exitValue()).as("status; it said %s", lines).isZero();
      return lines;
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
