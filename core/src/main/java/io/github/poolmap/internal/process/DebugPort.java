package io.github.poolmap.internal.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/**
 * Where a worker listens for a debugger: on this host alone, whose users may all attach.
 *
 * <p>The port is chosen here, because a JVM that chooses one says so on standard output only, which
 * belongs to the tasks. Should somebody else take it meanwhile the boot fails, and is tried again
 * with another one.
 *
 * @param address host and port as the debugger wants them
 */
record DebugPort(String address) {

  static DebugPort choose() throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocket free = new ServerSocket(0, 1, loopback)) {
      String host = loopback.getHostAddress();
      String literal = host.indexOf(':') < 0 ? host : "[" + host + "]";
      return new DebugPort(literal + ":" + free.getLocalPort());
    }
  }

  /** Does not wait for the debugger, and says nothing on standard output. */
  String option() {
    return "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,quiet=y,address=" + address;
  }
}
