package io.github.poolmap.examples.iovscpu;

/** The languages that the demonstration speaks. */
enum Language {
  /** English. */
  EN,
  /** Chinese. */
  ZH
}
