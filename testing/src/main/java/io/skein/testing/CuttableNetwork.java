package io.skein.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The network between a process and a server, which a test cuts: nothing is forwarded any more, in
 * neither direction, and nothing is closed, so neither side is told. What was sent meanwhile
 * arrives when the cut heals, as from a network that sends again. Thread safe.
 */
public final class CuttableNetwork implements AutoCloseable {
  private static final int BUFFER = 64 * 1024;

  private final String host;
  private final int serverPort;
  private final ServerSocket listener;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private boolean cut;
  private boolean closed;

  /** To this server. */
  public CuttableNetwork(String host, int serverPort) {
    this.host = host;
    this.serverPort = serverPort;
    try {
      this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException("no port to listen on", e);
    }
    Thread.ofPlatform().name("skein-test-network").daemon().start(this::accept);
  }

  /** On 127.0.0.1. */
  public int port() {
    return listener.getLocalPort();
  }

  /** From now on nothing arrives. */
  public synchronized void cut() {
    cut = true;
  }

  /** What was held back arrives, and everything after it. */
  public synchronized void heal() {
    cut = false;
    notifyAll();
  }

  private synchronized void awaitWhole() throws IOException {
    while (cut && !closed) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while the network is cut", e);
      }
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        sockets.add(client);
        Thread.ofPlatform().name("skein-test-network").daemon().start(() -> connect(client));
      }
    } catch (IOException e) {
      closeAll();
    }
  }

  private void connect(Socket client) {
    try {
      awaitWhole();
      Socket server = new Socket(host, serverPort);
      sockets.add(server);
      Thread.ofPlatform().name("skein-test-network").daemon().start(() -> forward(server, client));
      forward(client, server);
    } catch (IOException e) {
      close(client); // as if it had met nobody
    }
  }

  private void forward(Socket from, Socket to) {
    try {
      byte[] buffer = new byte[BUFFER];
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        awaitWhole();
        out.write(buffer, 0, read);
      }
      awaitWhole();
    } catch (IOException broken) {
      // one side is gone, and so is the other then
    } finally {
      close(from);
      close(to);
      sockets.removeAll(List.of(from, to));
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException broken) {
      // it is gone
    }
  }

  private void closeAll() {
    sockets.forEach(CuttableNetwork::close);
  }

  /** Closes every connection through it. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException("the port was not closed", e);
    }
    closeAll();
  }
}
