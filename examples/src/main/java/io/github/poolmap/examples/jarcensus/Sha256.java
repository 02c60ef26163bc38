package io.github.poolmap.examples.jarcensus;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Makes digests of an algorithm that every Java platform has. */
final class Sha256 {

  private Sha256() {}

  static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
