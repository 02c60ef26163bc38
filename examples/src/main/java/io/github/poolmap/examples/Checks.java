package io.github.poolmap.examples;

import java.io.PrintWriter;

/** Tells of each thing that an example claims whether it was so. */
public final class Checks {

  private static final int WRONG = 1;

  private final PrintWriter out;
  private boolean allHold = true;

  /**
   * Begins with none.
   *
   * @param out where they are told
   */
  public Checks(PrintWriter out) {
    this.out = out;
  }

  /**
   * Tells of one.
   *
   * @param holds whether it is so
   * @param claim what is claimed, as a sentence without full stop
   */
  public void check(boolean holds, String claim) {
    out.println((holds ? "ok     " : "WRONG  ") + claim);
    allHold &= holds;
  }

  /**
   * Sums up.
   *
   * @return the exit status: 0 if all was so
   */
  public int status() {
    return allHold ? 0 : WRONG;
  }
}
