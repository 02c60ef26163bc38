package io.github.poolmap.examples;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TemporaryFolderTest {

  @Test
  void itIsGoneWithAllThatIsInIt() throws IOException {
    Path path;
    try (TemporaryFolder folder = new TemporaryFolder("test")) {
      path = folder.path();
      assertTrue(path.getFileName().toString().startsWith("test-"));
      Files.createDirectories(path.resolve("a").resolve("b"));
      Files.createFile(path.resolve("a").resolve("c"));
    }
    assertFalse(Files.exists(path));
  }
}
