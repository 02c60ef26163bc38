package io.github.poolmap.examples;

import java.lang.Character.UnicodeScript;

/** Counts the columns that a text takes in a terminal, where a Chinese character takes two. */
final class DisplayWidth {

  private DisplayWidth() {}

  static int of(String text) {
    return text.codePoints().map(c -> UnicodeScript.of(c) == UnicodeScript.HAN ? 2 : 1).sum();
  }
}
