package io.github.poolmap.examples.jarcensus;

import java.nio.file.Path;

/** Knows where Maven keeps the jars that it has fetched. */
final class MavenRepository {

  private MavenRepository() {}

  /** The user's local repository. */
  static Path path() {
    String configured = System.getProperty("maven.repo.local", "");
    return configured.isBlank()
        ? Path.of(System.getProperty("user.home", ""), ".m2", "repository")
        : Path.of(configured);
  }
}
