package io.skein.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * PgBouncer in transaction mode before a PostgreSQL server, the program that this machine has
 * installed. Hands its connections out in turn, so that two transactions of one client are seldom
 * on the same: whoever counts on a session is found out. Listens on 127.0.0.1 only.
 */
public final class PgBouncer implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(30);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);
  private static final List<Path> PLACES =
      List.of(Path.of("/usr/sbin"), Path.of("/usr/bin"), Path.of("/usr/local/bin"));

  /** What PostgreSQL has at most for each database and user; far less than the clients ask for. */
  private static final int SERVER_CONNECTIONS = 12;

  private final int port;
  private final Path log;
  private final OrphanWatch watch;
  private final Process process;

  private PgBouncer(int port, Path log, OrphanWatch watch, Process process) {
    this.port = port;
    this.log = log;
    this.watch = watch;
    this.process = process;
  }

  /** Where the program is; empty when it is not installed. */
  public static Optional<Path> program() {
    return Stream.concat(
            Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1)).map(Path::of),
            PLACES.stream())
        .map(place -> place.resolve("pgbouncer"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Starts it; the watch ends it when this JVM is killed. */
  static PgBouncer start(DatabaseAddress server, Path directory, OrphanWatch watch) {
    Path program =
        program()
            .orElseThrow(() ->
                new IllegalStateException(
                    "PgBouncer is not installed (Debian: apt-get install pgbouncer)"));
    int port = FreePort.find();
    Path log = directory.resolve("pgbouncer.log");
    List<String> command = new ArrayList<>(RootPrivileges.dropping());
    command.addAll(List.of(program.toString(), configuration(server, port, directory).toString()));
    try {
      Process started =
          new ProcessBuilder(OrphanWatch.ownSession(command.toArray(String[]::new)))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      watch.add(started.pid());
      PgBouncer bouncer = new PgBouncer(port, log, watch, started);
      bouncer.awaitReady();
      return bouncer;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start PgBouncer in " + directory, e);
    }
  }

  /** The same database through this pooler. */
  public DatabaseAddress before(DatabaseAddress database) {
    return database.pooledBy("127.0.0.1:" + port);
  }

  /** The process id. */
  public long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    if (!process.isAlive()) {
      return;
    }
    ServerProcess server = new ServerProcess(process.pid());
    server.signal("TERM");
    if (!server.endsWithin(STOP_LIMIT)) {
      server.kill();
    }
    watch.drop(process.pid());
  }

  private static Path configuration(DatabaseAddress server, int port, Path directory) {
    try {
      Path users =
          Files.writeString(
              directory.resolve("users.txt"),
              "\"%s\" \"%s\"\n".formatted(server.user(), server.password()));
      return Files.writeString(
          directory.resolve("pgbouncer.ini"),
          """
          [databases]
          * = host=%s port=%d
          [pgbouncer]
          listen_addr = 127.0.0.1
          listen_port = %d
          unix_socket_dir =
          auth_type = scram-sha-256
          auth_file = %s
          pool_mode = transaction
          default_pool_size = %d
          max_client_conn = 2000
          server_round_robin = 1
          server_login_retry = 1
          log_connections = 0
          log_disconnections = 0
          """
              .formatted(server.host(), server.port(), port, users, SERVER_CONNECTIONS));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write PgBouncer's configuration", e);
    }
  }

  private void awaitReady() {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (!accepts()) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        process.destroyForcibly();
        throw new IllegalStateException("PgBouncer did not start: " + text(log));
      }
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }

  private boolean accepts() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port), 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static String text(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return log + " cannot be read: " + e;
    }
  }
}
