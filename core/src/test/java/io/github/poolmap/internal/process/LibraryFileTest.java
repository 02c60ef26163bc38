package io.github.poolmap.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibraryFileTest {

  private static final String SELF = "io/github/poolmap/internal/process/LibraryFile.class";

  @TempDir Path folder;

  @Test
  void whereItIsAPlainFileThatIsIt() {
    assertThat(Path.of(LibraryFile.path())).exists();
  }

  @Test
  void itsClassesAloneAreCopiedOutOfAJarWhereverTheyAreInIt() throws Exception {
    Path jar = folder.resolve("outer.jar");
    try (JarOutputStream to = new JarOutputStream(Files.newOutputStream(jar))) {
      for (String name : new String[] {"in/" + SELF, "in/io/github/other/X.class", SELF}) {
        to.putNextEntry(new ZipEntry(name));
        to.write(name.length());
        to.closeEntry();
      }
    }
    Path copy = folder.resolve("copy.jar");
    LibraryFile.write(URI.create("jar:" + jar.toUri() + "!/in/" + SELF).toURL(), copy);
    try (ZipFile written = new ZipFile(copy.toFile())) {
      assertThat(written.stream().map(ZipEntry::getName)).containsExactly(SELF);
      assertThat(written.getInputStream(written.getEntry(SELF)).read())
          .isEqualTo(("in/" + SELF).length());
    }
  }

  @Test
  void whatIsNotInAJarIsSaid() {
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(
            () -> LibraryFile.write(folder.resolve(SELF).toUri().toURL(), folder.resolve("copy")))
        .withMessageContaining("not in a jar");
  }
}
