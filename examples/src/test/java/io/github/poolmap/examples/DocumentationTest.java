package io.github.poolmap.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pages in two languages say the same, and links lead somewhere. */
class DocumentationTest {

  private static final Path TOP = Path.of("..");

  /** Blocks of code of a kind that is run or compiled, and the comments that name commands. */
  private static final Pattern CODE =
      Pattern.compile("^<!-- command: .*? -->$|^```(?:sh|java|xml)$.*?^```$", flags());

  private static final Pattern COMMENT = Pattern.compile(" *// .*");
  private static final Pattern ANY_BLOCK = Pattern.compile("^```.*?^```$", flags());
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("^#+ (.+)$", Pattern.MULTILINE);

  @ParameterizedTest
  @CsvSource({
    "README.md, README.zh-CN.md",
    "docs/getting-started.md, docs/getting-started.zh-CN.md",
  })
  void bothLanguagesHaveTheSameCommandsAndCode(String english, String chinese) throws IOException {
    List<String> code = code(read(TOP.resolve(english)));
    assertFalse(code.isEmpty());
    assertEquals(code, code(read(TOP.resolve(chinese))));
  }

  @Test
  void eachLinkLeadsToAFileAndHeadingThatAreThere() throws IOException {
    List<Path> pages = pages();
    assertFalse(pages.isEmpty());
    List<String> broken = new ArrayList<>();
    for (Path page : pages) {
      for (String link : links(read(page))) {
        if (!leadsSomewhere(page, link)) {
          broken.add(page + ": " + link);
        }
      }
    }
    assertEquals(List.of(), broken);
  }

  private static boolean leadsSomewhere(Path page, String link) throws IOException {
    String[] parts = link.split("#", 2);
    Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]);
    return Files.exists(target) && (parts.length == 1 || anchors(read(target)).contains(parts[1]));
  }

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    for (Path folder : List.of(TOP.resolve("docs"), TOP.resolve("benchmarks"))) {
      try (Stream<Path> files = Files.walk(folder)) {
        files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
      }
    }
    pages.add(TOP.resolve("README.md"));
    pages.add(TOP.resolve("README.zh-CN.md"));
    return pages;
  }

  private static List<String> links(String text) {
    return LINK.matcher(ANY_BLOCK.matcher(text).replaceAll(""))
        .results()
        .map(match -> match.group(1))
        .filter(link -> !link.contains("://"))
        .toList();
  }

  /** As GitHub makes them: lower case, no punctuation, hyphens for spaces. */
  private static List<String> anchors(String text) {
    return HEADING
        .matcher(ANY_BLOCK.matcher(text).replaceAll(""))
        .results()
        .map(match -> match.group(1).toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .toList();
  }

  private static List<String> code(String text) {
    return CODE.matcher(text)
        .results()
        .map(MatchResult::group)
        .map(block -> block.lines().map(DocumentationTest::withoutComment).toList().toString())
        .toList();
  }

  /** Comments are translated. */
  private static String withoutComment(String line) {
    return COMMENT.matcher(line).replaceAll("");
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file).replace("\r\n", "\n");
  }

  private static int flags() {
    return Pattern.MULTILINE | Pattern.DOTALL;
  }
}
