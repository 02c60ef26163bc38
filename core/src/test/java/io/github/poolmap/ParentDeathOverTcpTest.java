package io.github.poolmap;

/** The end of the control socket is the end of the worker, whatever kind of socket it is. */
class ParentDeathOverTcpTest extends ParentDeathTest {

  @Override
  String transport() {
    return "tcp";
  }

  /** Not a test here: folders are what they are on the other transport. */
  @Override
  void whatIsLeftWhenAllAreKilledAtOnceIsSweptByTheNextProgram() {}
}
