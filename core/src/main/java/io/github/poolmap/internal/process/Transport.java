package io.github.poolmap.internal.process;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How parent and worker are connected. */
enum Transport {
  /** Unix-domain sockets in the worker's folder, which nobody but the user can reach. */
  UNIX,
  /** TCP on the loopback address. Everybody on this host can knock; the token keeps them out. */
  TCP,
  /** The first, or the second where the first is not to be had. */
  AUTOMATIC;

  /** The system property that chooses one. */
  static final String PROPERTY = "poolmap.transport";

  /**
   * Returns what the system property says.
   *
   * @throws IllegalArgumentException if that is not allowed
   */
  static Transport chosen() {
    return of(System.getProperty(PROPERTY));
  }

  private static Transport of(@Nullable String value) {
    if (value == null) {
      return AUTOMATIC;
    }
    for (Transport transport : values()) {
      if (transport != AUTOMATIC && transport.word().equals(value)) {
        return transport;
      }
    }
    String allowed =
        Arrays.stream(values())
            .filter(transport -> transport != AUTOMATIC)
            .map(Transport::word)
            .collect(Collectors.joining(" and "));
    throw new IllegalArgumentException(
        "system property "
            + PROPERTY
            + " = \""
            + value
            + "\" is not allowed: allowed are "
            + allowed
            + "; without it the first is used where there is one");
  }

  private String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
