package io.skein.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The network between a process and a server, which a test disturbs. Cut, it forwards nothing any
 * more, in neither direction, and closes nothing, so neither side is told; what was sent meanwhile
 * arrives when the cut heals, as from a network that sends again. Slow, it delays what the server
 * says. Refusing, it closes all connections and takes no new ones. Thread safe.
 */
public final class CuttableNetwork implements AutoCloseable {
  private static final int BUFFER = 64 * 1024;

  private final String host;
  private final int serverPort;
  private final int port;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private volatile ServerSocket listener;
  private volatile Thread acceptor;
  private volatile Duration delay = Duration.ZERO;
  private boolean cut;
  private boolean closed;

  /** To this server. */
  public CuttableNetwork(String host, int serverPort) {
    this.host = host;
    this.serverPort = serverPort;
    this.listener = listen(0);
    this.port = listener.getLocalPort();
    this.acceptor = startAccepting(listener);
  }

  private static ServerSocket listen(int port) {
    try {
      return new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException("the port cannot be listened on: " + port, e);
    }
  }

  private Thread startAccepting(ServerSocket on) {
    return Thread.ofPlatform().name("skein-test-network").daemon().start(() -> accept(on));
  }

  /** On 127.0.0.1. */
  public int port() {
    return port;
  }

  /** From now on each piece of what the server says arrives so much later; zero ends it. */
  public void slow(Duration by) {
    delay = by;
  }

  /** Closes every connection and refuses new ones, until {@link #admit}. */
  public void refuse() {
    stopListening();
    closeAll();
  }

  /** Takes connections again, at the same port. */
  public void admit() {
    listener = listen(port);
    acceptor = startAccepting(listener);
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

  private void accept(ServerSocket on) {
    try {
      while (true) {
        Socket client = on.accept();
        sockets.add(client);
        Thread.ofPlatform().name("skein-test-network").daemon().start(() -> connect(client));
      }
    } catch (IOException stoppedListening) {
      // who stopped it closes what it carries
    }
  }

  private void connect(Socket client) {
    try {
      awaitWhole();
      Socket server = new Socket(host, serverPort);
      sockets.add(server);
      Thread.ofPlatform()
          .name("skein-test-network")
          .daemon()
          .start(() -> forward(server, client, true));
      forward(client, server, false);
    } catch (IOException e) {
      close(client); // as if it had met nobody
    }
  }

  private void forward(Socket from, Socket to, boolean answers) {
    try {
      byte[] buffer = new byte[BUFFER];
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        if (answers) {
          awaitDelay();
        }
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

  @SuppressWarnings("ThreadSleep") // it is the network that takes time
  private void awaitDelay() throws IOException {
    try {
      Thread.sleep(delay);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the network is slow", e);
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
    stopListening();
    closeAll();
  }

  /** Until the acceptor has left it, the kernel goes on listening. */
  private void stopListening() {
    try {
      listener.close();
      acceptor.join();
    } catch (IOException e) {
      throw new UncheckedIOException("the port was not closed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
