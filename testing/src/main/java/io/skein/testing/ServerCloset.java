package io.skein.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What this JVM started: closed last in, first out when it ends, and by the watch when it is
 * killed. Thread-safe.
 */
final class ServerCloset {
  private final Path directory;
  private final OrphanWatch watch = new OrphanWatch();
  private final Deque<AutoCloseable> servers = new ArrayDeque<>();

  private ServerCloset(Path directory) {
    this.directory = directory;
  }

  static ServerCloset openUntilExit(Path directory) {
    ServerCloset closet = new ServerCloset(directory);
    closet.watch.remove(directory);
    Runtime.getRuntime().addShutdownHook(new Thread(closet::close, "test-servers-close"));
    return closet;
  }

  OrphanWatch watch() {
    return watch;
  }

  Path newDirectory(String name) {
    try {
      return Files.createTempDirectory(directory, name + "-");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create a directory in " + directory, e);
    }
  }

  synchronized <T extends AutoCloseable> T keep(T server) {
    servers.push(server);
    return server;
  }

  /** What cannot be stopped here is left to the watch, which this JVM's end sets free. */
  private synchronized void close() {
    boolean allClosed = true;
    while (!servers.isEmpty()) {
      allClosed &= closes(servers.pop());
    }
    if (allClosed) {
      DirectoryTree.delete(directory);
      watch.close();
    }
  }

  private static boolean closes(AutoCloseable server) {
    try {
      server.close();
      return true;
    } catch (Exception e) {
      System.err.println("cannot stop a test server in order: " + e);
      return false;
    }
  }
}
