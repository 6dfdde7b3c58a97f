package io.skein.api;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** One address for several instances, as a proxy has: what it passes on goes to the present one. */
final class FrontDoor implements AutoCloseable {
  private final ServerSocket listener;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private volatile int target;

  FrontDoor(int firstPort) throws IOException {
    target = firstPort;
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** What is open stays with the present instance. */
  void passNewOnesTo(int port) {
    target = port;
  }

  /** The present instance dies: its connections break, new ones go to another. */
  void failOverTo(int port) throws IOException {
    passNewOnesTo(port);
    cut();
  }

  /** Breaks every connection, as a network does. */
  void cut() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    sockets.clear();
  }

  private void accept() {
    try {
      while (true) {
        Socket outside = listener.accept();
        Socket inside = new Socket(InetAddress.getLoopbackAddress(), target);
        sockets.addAll(List.of(outside, inside));
        Thread.ofVirtual().start(() -> pass(outside, inside));
        Thread.ofVirtual().start(() -> pass(inside, outside));
      }
    } catch (IOException closed) {
      // the test is over
    }
  }

  private static void pass(Socket from, Socket to) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException broken) {
      // one side is gone, and so is the other then
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    cut();
  }
}
