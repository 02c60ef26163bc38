package io.github.poolmap.benchmarks.peers;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How another JVM is started that runs one of these classes. */
public final class Jvm {

  private Jvm() {}

  /** The command for a main class on the JDK that runs this. */
  public static ProcessBuilder command(Class<?> main, String... arguments) {
    return command(Path.of(System.getProperty("java.home")), List.of(), main, arguments);
  }

  /** The command for a main class on another JDK, with options of its JVM. */
  public static ProcessBuilder command(
      Path javaHome, List<String> jvmArgs, Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(javaHome.resolve("bin").resolve("java").toString());
    command.addAll(jvmArgs);
    command.add("-cp");
    command.add(classPath());
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command);
  }

  private static String classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
