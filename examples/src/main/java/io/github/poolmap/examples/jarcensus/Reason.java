package io.github.poolmap.examples.jarcensus;

/** Says in one line why a file could not be read. */
final class Reason {

  private Reason() {}

  static String of(Exception failure) {
    String message = failure.getMessage();
    String name = failure.getClass().getSimpleName();
    return message == null ? name : name + ": " + message.lines().findFirst().orElse("");
  }
}
