package io.github.poolmap.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds a JDK that is new enough for a workload: the one that runs this, or one beside it. */
final class JdkFinder {

  private static final Pattern VERSION = Pattern.compile("(?m)^JAVA_VERSION=\"(\\d+)");

  private JdkFinder() {}

  /** Gives the home of the newest JDK beside this one, or of this one if it is new enough. */
  static @Nullable Path find(int feature) throws IOException {
    Path here = Path.of(System.getProperty("java.home"));
    if (Runtime.version().feature() >= feature) {
      return here;
    }
    return newest(Objects.requireNonNullElse(here.toRealPath().getParent(), here), feature);
  }

  /** Gives the home of the newest JDK in a folder that has at least this version. */
  static @Nullable Path newest(Path folder, int feature) throws IOException {
    List<Path> homes;
    try (Stream<Path> entries = Files.list(folder)) {
      homes = entries.filter(home -> Files.isExecutable(home.resolve("bin/java"))).toList();
    }
    return homes.stream()
        .filter(home -> version(home) >= feature)
        .max(Comparator.comparing(JdkFinder::version))
        .orElse(null);
  }

  /** Reads the version of a JDK, 0 if it does not say. */
  private static int version(Path home) {
    try {
      Matcher matcher = VERSION.matcher(Files.readString(home.resolve("release")));
      return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
    } catch (IOException e) {
      // A folder without that file is none that can be told.
      return 0;
    }
  }
}
