package io.github.poolmap.examples.jarcensus;

import io.github.poolmap.Mapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Counts one jar by reading it to its end. It is a record of plain text so that it travels to
 * worker processes.
 *
 * @param folder where the paths of the jars start
 */
record JarCounter(String folder) implements Mapper<String, Finding> {

  @Override
  public Finding map(String path) {
    try {
      return count(path);
    } catch (IOException | IllegalArgumentException unreadable) {
      // The second comes from names of entries that are not text.
      return new Finding.Unreadable(path, Reason.of(unreadable));
    }
  }

  private Finding count(String path) throws IOException {
    Path file = Path.of(folder, path);
    long classes = 0;
    long resources = 0;
    long bytes = 0;
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
        ZipEntry entry = all.nextElement();
        if (entry.isDirectory()) {
          continue;
        }
        bytes += read(zip, entry.getName());
        if (entry.getName().endsWith(".class")) {
          classes++;
        } else {
          resources++;
        }
      }
    }
    return new Finding.Counted(path, classes, resources, bytes, sha256(file));
  }

  /** Reads an entry and returns its size, whatever size the jar's directory claims. */
  private static long read(ZipFile zip, String name) throws IOException {
    // Of entries with the same name only one can be read: ask for that one's checksum as well.
    ZipEntry entry = zip.getEntry(name);
    try (CheckedInputStream content =
        new CheckedInputStream(zip.getInputStream(entry), new CRC32())) {
      long size = content.transferTo(OutputStream.nullOutputStream());
      if (content.getChecksum().getValue() != entry.getCrc()) {
        throw new ZipException("wrong checksum of " + name);
      }
      return size;
    }
  }

  private static String sha256(Path file) throws IOException {
    MessageDigest digest = Sha256.newDigest();
    try (InputStream content = new DigestInputStream(Files.newInputStream(file), digest)) {
      content.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
