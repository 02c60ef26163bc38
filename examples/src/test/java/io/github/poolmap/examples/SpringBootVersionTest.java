package io.github.poolmap.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The sample is a project of its own, so nothing else keeps its versions those of the build. */
class SpringBootVersionTest {

  private static final Path BUILD = Path.of("..", "pom.xml");
  private static final Path SAMPLE = Path.of("spring-boot", "pom.xml");

  @Test
  void theSampleHasTheSpringBootOfTheBuild() throws IOException {
    assertEquals(
        first("<spring-boot.version>([^<]+)<", BUILD),
        first("<artifactId>spring-boot-starter-parent</artifactId>[^/]*<version>([^<]+)<", SAMPLE));
  }

  @Test
  void theSampleHasThePoolmapOfTheBuild() throws IOException {
    assertEquals(
        first("<artifactId>poolmap-parent</artifactId>\\s*<version>([^<]+)<", BUILD),
        first("<poolmap.version>([^<]+)<", SAMPLE));
  }

  private static String first(String pattern, Path file) throws IOException {
    // Comments may stand between.
    String text = Files.readString(file).replaceAll("(?s)<!--.*?-->", "");
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertTrue(matcher.find(), pattern + " in " + file);
    return matcher.group(1);
  }
}
