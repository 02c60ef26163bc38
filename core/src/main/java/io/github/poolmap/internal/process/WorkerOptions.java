package io.github.poolmap.internal.process;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.lang.module.ModuleFinder;
import java.lang.reflect.Modifier;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The JVM options and the class path that workers get when nothing else is said. */
public final class WorkerOptions {

  /** One option in such a variable; quotes hold together what has spaces in it. */
  private static final Pattern OPTION = Pattern.compile("(?:[^\\s\"']|\"[^\"]*\"|'[^']*')+");

  private static final List<String> MODULE_OPTIONS =
      List.of(
          "--add-modules=",
          "--add-opens=",
          "--add-exports=",
          "--add-reads=",
          "--enable-native-access=");

  private static final String SHIP_LIBRARY = "-Dpoolmap.worker.shipLibrary=true";

  /** Programs change theirs rarely, and it may have hundreds of entries. */
  private static volatile @Nullable ClassPath lastClassPath;

  /** The class path of workers, and what it was made of. */
  private record ClassPath(String library, String classes, String modules, List<String> entries) {

    boolean isOf(String otherLibrary, String otherClasses, String otherModules) {
      return library.equals(otherLibrary)
          && classes.equals(otherClasses)
          && modules.equals(otherModules);
    }
  }

  private WorkerOptions() {}

  /**
   * Returns the options of a worker, those of the user last, so that they win.
   *
   * @param workers how many workers share the machine
   * @param maxHeap bytes, 0 for a slice of the memory
   * @param ofUser what the user wants besides
   */
  public static List<String> options(int workers, long maxHeap, List<String> ofUser) {
    List<String> options = new ArrayList<>();
    // An exhausted heap ends the worker, and with it the one item to blame, instead of leaving a
    // JVM behind in which any thread may have died.
    options.add("-XX:+ExitOnOutOfMemoryError");
    options.add("-XX:-CreateCoredumpOnCrash");
    options.add("-XX:+DisplayVMOutputToStderr");
    // Without these a loop over an int range has no safepoint under the serial and the parallel
    // collector, and the halt of an orphaned worker would wait for the end of the loop.
    options.add("-XX:+UseCountedLoopSafepoints");
    options.add("-XX:LoopStripMiningIter=1000");
    int cores = Runtime.getRuntime().availableProcessors();
    // Each worker sizes its threads for its slice of the cores; with one core the JVM itself
    // chooses the serial collector.
    options.add("-XX:ActiveProcessorCount=" + Math.max(1, cores / workers));
    if (maxHeap > 0) {
      options.add("-Xmx" + maxHeap);
    } else {
      // Of the memory that the process may use, which the JVM finds out, cgroup included.
      options.add("-XX:MaxRAMPercentage=" + thousandths(75_000L / Math.max(workers, cores)));
    }
    options.addAll(OfProgram.OPTIONS);
    options.addAll(ofUser);
    return options;
  }

  /** What stays as it is for the life of this program; each pool asks for it anew. */
  private static final class OfProgram {

    static final List<String> OPTIONS =
        inherited(ManagementFactory.getRuntimeMXBean().getInputArguments());

    /** The class that opens sockets, as a worker can be told it; empty if it cannot. */
    static final String SELECTOR_PROVIDER = selectorProvider();

    private static String selectorProvider() {
      Class<?> provider = SelectorProvider.provider().getClass();
      return provider.getClassLoader() != null || !canBeMade(provider) ? "" : provider.getName();
    }
  }

  /** Without a formatter, whose first use takes a program some 10 ms. */
  private static String thousandths(long number) {
    String digits = Long.toString(1000 + number % 1000);
    return number / 1000 + "." + digits.substring(1);
  }

  /** Those of this program's own options that its workers get too. */
  static List<String> inherited(List<String> arguments) {
    return arguments.stream()
        .map(WorkerOptions::travelling)
        .filter(option -> !option.isEmpty())
        .collect(Collectors.toList());
  }

  /** The value of an environment variable with JVM options, without those that do not travel. */
  static String inherited(String variable) {
    return OPTION
        .matcher(variable)
        .results()
        .map(MatchResult::group)
        .map(
            option -> {
              String plain = option.replace("\"", "").replace("'", "");
              String travelling = travelling(plain);
              return travelling.equals(plain) ? option : travelling;
            })
        .filter(option -> !option.isEmpty())
        .collect(Collectors.joining(" "));
  }

  /** Returns an option as workers get it, empty if they do not. */
  private static String travelling(String option) {
    for (String each : MODULE_OPTIONS) {
      if (option.startsWith(each)) {
        String value = ofModules(each, option.substring(each.length()));
        return value.isEmpty() ? "" : each + value;
      }
    }
    return travels(option) ? option : "";
  }

  /**
   * The modules of the program are on the class path of a worker, in its unnamed module, and the
   * JVM would warn of their names. What these are given, all of that is.
   */
  private static String ofModules(String option, String value) {
    if (option.equals("--add-modules=")) {
      return Arrays.stream(value.split(","))
          .filter(name -> name.startsWith("ALL-") || isOfSystem(name))
          .collect(Collectors.joining(","));
    }
    int equals = value.indexOf('=');
    String source = value.substring(0, equals + 1);
    int end = source.indexOf('/') >= 0 ? source.indexOf('/') : equals;
    if (end > 0 && !isOfSystem(source.substring(0, end))) {
      return "";
    }
    return source
        + Arrays.stream(value.substring(equals + 1).split(","))
            .map(name -> name.isEmpty() || isOfSystem(name) ? name : "ALL-UNNAMED")
            .distinct()
            .collect(Collectors.joining(","));
  }

  private static boolean isOfSystem(String module) {
    return ModuleFinder.ofSystem().find(module).isPresent();
  }

  /**
   * Properties, assertions and module options describe the program, so they travel. Heap,
   * collector, agents, debugger, JMX and logs belong to the one JVM that has them: a second one
   * would fight over the port or the file.
   */
  private static boolean travels(String option) {
    if (option.startsWith("-D")) {
      return !option.startsWith("-Djava.class.path=")
          && !option.equals(SHIP_LIBRARY)
          && !option.startsWith("-Djdk.module.")
          && !option.startsWith("-Dcom.sun.management.");
    }
    return option.startsWith("-ea")
        || option.startsWith("-da")
        || option.startsWith("-esa")
        || option.startsWith("-dsa")
        || option.startsWith("-enableassertions")
        || option.startsWith("-disableassertions")
        || option.startsWith("-enablesystemassertions")
        || option.startsWith("-disablesystemassertions")
        || option.equals("--enable-preview");
  }

  /**
   * Returns the class path of this program, its module path included, with the library first, so
   * that a worker finds its main at once, whatever started the program.
   */
  public static List<String> classPath() {
    String library = LibraryFile.path();
    String classes = System.getProperty("java.class.path", "");
    String modules = System.getProperty("jdk.module.path", "");
    ClassPath last = lastClassPath;
    if (last == null || !last.isOf(library, classes, modules)) {
      Set<String> entries = new LinkedHashSet<>();
      entries.add(library);
      entries.addAll(absolute(classes));
      entries.addAll(absolute(modules));
      last = new ClassPath(library, classes, modules, List.copyOf(entries));
      lastClassPath = last;
    }
    return last.entries();
  }

  /**
   * Returns the entries of a path, absolute, because the worker may have another working directory.
   * An empty entry, be it the last, is the current one.
   */
  static List<String> absolute(String path) {
    List<String> entries = new ArrayList<>();
    if (!path.isEmpty()) {
      for (String entry : path.split(Pattern.quote(File.pathSeparator), -1)) {
        entries.add(Path.of(entry).toAbsolutePath().toString());
      }
    }
    return entries;
  }

  /**
   * Adds to the options what lets a worker ship what the library itself needs, where that is not
   * sure to be on its class path: the library was not loaded by the JVM's own class loader.
   */
  public static List<String> withLibraryShipped(List<String> options) {
    if (WorkerOptions.class.getClassLoader() == ClassLoader.getSystemClassLoader()) {
      return options;
    }
    List<String> all = new ArrayList<>();
    all.add(SHIP_LIBRARY);
    all.addAll(options);
    return all;
  }

  /**
   * Adds to the options which class opens sockets, so that a worker need not look for one in every
   * jar of its class path, as this JVM has done. For a worker that has the JDK and the class path
   * of this program.
   */
  public static List<String> withSelectorProvider(List<String> options) {
    String provider = OfProgram.SELECTOR_PROVIDER;
    if (provider.isEmpty()) {
      return options;
    }
    List<String> all = new ArrayList<>();
    all.add("-D" + SelectorProvider.class.getName() + "=" + provider);
    all.addAll(options);
    return all;
  }

  /** Tells whether the JDK can make one of it by its name, which takes a public constructor. */
  private static boolean canBeMade(Class<?> provider) {
    try {
      return Modifier.isPublic(provider.getModifiers())
          && Modifier.isPublic(provider.getDeclaredConstructor().getModifiers());
    } catch (NoSuchMethodException e) {
      return false;
    }
  }
}
