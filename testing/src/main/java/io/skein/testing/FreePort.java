package io.skein.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports of the loopback interface. */
public final class FreePort {
  private FreePort() {}

  /**
   * A port on which nobody listens now. Somebody may take it before the caller does, but no
   * outgoing connection: the system takes their ports from above.
   */
  public static int find() {
    for (int attempt = 0; attempt < 1_000; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(10_000, 32_000);
      if (isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException("found no free port between 10000 and 32000");
  }

  /** Whether nobody listens on this port. */
  public static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
