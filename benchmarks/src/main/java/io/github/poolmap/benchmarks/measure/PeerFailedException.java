package io.github.poolmap.benchmarks.measure;

/** Thrown by a peer that could not do the work; the others go on without it. */
public final class PeerFailedException extends Exception {

  private static final long serialVersionUID = 1;

  /** Says what went wrong. */
  public PeerFailedException(String message) {
    super(message);
  }
}
