package io.skein.local.stack;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** A program that answers {@code /readyz} and does nothing else; or does not even come up. */
final class StandIn {
  private StandIn() {}

  public static void main(String[] args) throws IOException {
    System.out.println("stand-in " + System.getenv("SKEIN_NAME"));
    if (System.getenv("STAND_IN_FAILS") != null) {
      System.out.println("cannot start: the moon is in the wrong house");
      System.exit(3);
    }
    int port = Integer.parseInt(System.getenv("SKEIN_MANAGEMENT_PORT"));
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.createContext("/readyz", exchange -> exchange.sendResponseHeaders(200, -1));
    server.start();
  }
}
