package io.github.poolmap.examples.jarcensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.poolmap.PoolKind;
import io.github.poolmap.examples.CommandRun;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class JarCensusCommandTest {

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(PoolKind.class)
  void everyKindOfPoolGivesTheSameSummary(PoolKind kind) throws IOException {
    jar("b/two.jar", "A.class", "B.class", "data.txt");
    jar("a/one.jar", "A.class", "META-INF/", "META-INF/MANIFEST.MF");
    Files.createDirectories(folder.resolve("c"));
    Files.copy(folder.resolve("a/one.jar"), folder.resolve("c/copy.jar"));
    Files.writeString(folder.resolve("c/corrupt.jar"), "no zip file at all");
    Files.createFile(folder.resolve("empty.jar"));
    Files.writeString(folder.resolve("notes.txt"), "not a jar");

    CommandRun run = census("--pool=" + kind.name().toLowerCase(Locale.ROOT), "--workers=2");

    assertEquals(0, run.status(), run.err());
    List<String> lines = run.lines().stream().map(line -> line.replaceAll(" +", " ")).toList();
    assertEquals(
        List.of(
            "jars 3",
            "classes 4",
            "resources 3",
            "bytes in entries 49",
            "duplicates of another jar 1",
            "unreadable 2"),
        lines.subList(0, 6));
    assertTrue(lines.get(6).matches("digest of .*: [0-9a-f]{64}"), lines.get(6));
    assertEquals(
        List.of(
            "",
            "the largest, by bytes of their entries:",
            "jar classes resources bytes in entries",
            "b/two.jar 2 1 21",
            "a/one.jar 1 1 14",
            "c/copy.jar 1 1 14",
            "",
            "unreadable:",
            "c/corrupt.jar: ZipException: zip END header not found",
            "empty.jar: ZipException: zip file is empty"),
        lines.subList(7, lines.size()));
    assertTrue(
        run.err().startsWith("pool " + kind.name().toLowerCase(Locale.ROOT) + ", workers "),
        run.err());
  }

  @Test
  void allKindsOfPoolsAgreeOnTheDigest() throws IOException {
    for (int i = 0; i < 30; i++) {
      jar("jar-" + i + ".jar", "A" + i + ".class", "data" + i);
    }
    String serial = census("--pool=serial").out();
    assertEquals(serial, census("--pool=threads", "--workers=3").out());
    assertEquals(serial, census("--pool=processes", "--workers=2").out());
  }

  @Test
  void aDamagedEntryMakesItsJarUnreadable() throws IOException {
    jar("damaged.jar", "A.class");
    Path jar = folder.resolve("damaged.jar");
    byte[] bytes = Files.readAllBytes(jar);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    bytes[text.indexOf("content", text.indexOf("A.class") + 7)] ^= 1;
    Files.write(jar, bytes);

    CommandRun run = census("--pool=serial");

    assertEquals(0, run.status());
    assertTrue(run.out().contains("damaged.jar: ZipException: "), run.out());
  }

  @Test
  void anEmptyFolderIsCountedAsWell() {
    CommandRun run = census();
    assertEquals(0, run.status());
    assertTrue(run.lines().get(0).matches("jars +0"), run.out());
    assertEquals(7, run.lines().size());
  }

  @Test
  void aMissingFolderIsRefused() {
    CommandRun run = CommandRun.of("jar-census", "--dir", folder.resolve("none").toString());
    refused(run, folder.resolve("none") + ": it does not exist");
  }

  @Test
  void aFileIsRefused() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    refused(CommandRun.of("jar-census", "--dir", file.toString()), file + ": it is not a folder");
  }

  @Test
  void aLoopOfLinksIsRefused() throws IOException {
    Path inner = Files.createDirectories(folder.resolve("inner"));
    Path link = Files.createSymbolicLink(inner.resolve("up"), folder);
    refused(census(), folder + ": the link " + link + " leads back to a folder that holds it");
  }

  @Test
  void aLinkToNowhereIsUnreadable() throws IOException {
    Files.createSymbolicLink(folder.resolve("gone.jar"), folder.resolve("nowhere"));
    CommandRun run = census("--pool=serial");
    assertEquals(0, run.status(), run.err());
    assertTrue(run.out().contains("unreadable:" + System.lineSeparator() + "gone.jar: "));
  }

  @Test
  void theRepositoryCanBeConfigured() throws IOException {
    jar("only.jar", "A.class");
    String before = System.getProperty("maven.repo.local");
    System.setProperty("maven.repo.local", folder.toString());
    try {
      assertTrue(CommandRun.of("jar-census").out().contains("only.jar"));
    } finally {
      if (before == null) {
        System.clearProperty("maven.repo.local");
      } else {
        System.setProperty("maven.repo.local", before);
      }
    }
  }

  private CommandRun census(String... options) {
    String[] arguments = new String[options.length + 3];
    arguments[0] = "jar-census";
    arguments[1] = "--dir";
    arguments[2] = folder.toString();
    System.arraycopy(options, 0, arguments, 3, options.length);
    return CommandRun.of(arguments);
  }

  private static void refused(CommandRun run, String end) {
    assertEquals(2, run.status());
    assertEquals("", run.out());
    assertEquals("jar-census cannot count below " + end, run.err().strip());
  }

  /** Writes a jar whose entries hold some bytes each, uncompressed. */
  private void jar(String path, String... entries) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.setLevel(0);
      for (String entry : entries) {
        ZipEntry header = new ZipEntry(entry);
        // A fixed time gives equal jars equal bytes.
        header.setTime(0);
        zip.putNextEntry(header);
        if (!header.isDirectory()) {
          zip.write("content".getBytes(StandardCharsets.US_ASCII));
        }
        zip.closeEntry();
      }
    }
  }
}
