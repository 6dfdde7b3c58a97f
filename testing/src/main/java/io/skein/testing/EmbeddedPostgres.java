package io.skein.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL 18 as a process of its own, outside the terminal's process group. {@link #start} lays
 * the data directory out when it is empty. Listens on 127.0.0.1 only.
 */
public final class EmbeddedPostgres implements PostgresServer {
  private static final String USER = "skein";
  private static final String MAINTENANCE_DATABASE = "postgres";
  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

  private final Settings settings;
  private final OrphanWatch watch;
  private final AtomicInteger databases = new AtomicInteger();
  private final PreparedDatabases prepared = new PreparedDatabases();
  private @Nullable Process postmaster;

  /**
   * @param directory holds {@code data/}; kept over {@link #close}
   * @param log the server's output is added here
   * @param parameters of postgresql.conf, given on the command line
   */
  public record Settings(
      Path directory, Path log, int port, String password, Map<String, String> parameters) {
    public Settings {
      parameters = Map.copyOf(parameters);
    }

    Path data() {
      return directory.resolve("data");
    }
  }

  /** Prepares the server; {@link #start} starts it. The watch ends it when this JVM is killed. */
  public EmbeddedPostgres(Settings settings, OrphanWatch watch) {
    this.settings = settings;
    this.watch = watch;
  }

  @Override
  public DatabaseAddress address() {
    return new DatabaseAddress(
        "127.0.0.1", settings.port(), MAINTENANCE_DATABASE, USER, settings.password());
  }

  @Override
  public DatabaseAddress createDatabase() {
    return Databases.create(address(), newName());
  }

  @Override
  public DatabaseAddress createDatabase(String kind, Consumer<DatabaseAddress> fill) {
    return Databases.copy(
        address(), prepared.get(kind, this::createDatabase, fill).database(), newName());
  }

  private String newName() {
    return "test_" + ProcessHandle.current().pid() + "_" + databases.incrementAndGet();
  }

  /** The database of this name, created when it is missing. */
  public DatabaseAddress database(String name) {
    return Databases.createIfMissing(address(), name);
  }

  /** Whether the postmaster runs. */
  public boolean isAlive() {
    return postmaster != null && postmaster.isAlive();
  }

  @Override
  public long pid() {
    return running().pid();
  }

  @Override
  public void start() {
    if (postmaster != null && postmaster.isAlive()) {
      throw new IllegalStateException("PostgreSQL runs already, process " + postmaster.pid());
    }
    forget();
    try {
      Files.createDirectories(settings.directory());
      if (!Files.exists(settings.data())) {
        layOut();
      }
      Process started = launch(serverCommand());
      watch.add(started.pid());
      postmaster = started;
      awaitReady(started);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start PostgreSQL in " + settings.directory(), e);
    }
  }

  @Override
  public void stop() {
    if (postmaster == null) {
      return;
    }
    ServerProcess process = new ServerProcess(postmaster.pid());
    process.signal("INT");
    if (!process.endsWithin(STOP_LIMIT)) {
      process.kill();
    }
    forget();
  }

  @Override
  public void kill() {
    new ServerProcess(pid()).kill();
    forget();
  }

  @Override
  public void freeze() {
    new ServerProcess(pid()).freeze();
  }

  @Override
  public void thaw() {
    new ServerProcess(pid()).thaw();
  }

  @Override
  public void close() {
    if (postmaster != null && postmaster.isAlive()) {
      new ServerProcess(postmaster.pid()).thaw();
    }
    stop();
  }

  private Process running() {
    if (postmaster == null) {
      throw new IllegalStateException("PostgreSQL is not running: call start() first");
    }
    return postmaster;
  }

  private void forget() {
    if (postmaster != null) {
      watch.drop(postmaster.pid());
      postmaster = null;
    }
  }

  /**
   * The data directory has its name once it is complete: a lay-out that was broken off is begun
   * again.
   */
  private void layOut() throws IOException {
    Path fresh = settings.directory().resolve("data.incomplete");
    if (Files.exists(fresh)) {
      DirectoryTree.delete(fresh);
    }
    initialise(fresh);
    Files.move(fresh, settings.data(), StandardCopyOption.ATOMIC_MOVE);
  }

  private void initialise(Path data) throws IOException {
    Path password = Files.createTempFile(settings.directory(), "password", "");
    try {
      Files.writeString(password, settings.password());
      Process initdb =
          launch(
              List.of(
                  program("initdb"),
                  "--pgdata=" + data.toAbsolutePath(),
                  "--username=" + USER,
                  "--auth=scram-sha-256",
                  "--pwfile=" + password.toAbsolutePath(),
                  "--encoding=UTF8",
                  "--locale=C",
                  "--locale-provider=builtin",
                  "--builtin-locale=C.UTF-8",
                  "--no-sync"));
      if (initdb.waitFor() != 0) {
        throw new IllegalStateException("PostgreSQL could not lay out its data" + whyInLog());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while PostgreSQL laid out its data", e);
    } finally {
      Files.delete(password);
    }
  }

  private List<String> serverCommand() {
    List<String> command = new ArrayList<>();
    command.add(program("postgres"));
    command.addAll(List.of("-D", settings.data().toAbsolutePath().toString()));
    command.addAll(List.of("-p", String.valueOf(settings.port())));
    command.addAll(List.of("-c", "listen_addresses=127.0.0.1"));
    command.addAll(List.of("-c", "unix_socket_directories="));
    command.addAll(List.of("-c", "timezone=UTC"));
    settings
        .parameters()
        .forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
    return command;
  }

  private Process launch(List<String> command) throws IOException {
    List<String> prefixed = new ArrayList<>(RootPrivileges.dropping());
    prefixed.addAll(command);
    return new ProcessBuilder(OrphanWatch.ownSession(prefixed.toArray(String[]::new)))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(settings.log().toFile()))
        .start();
  }

  private static String program(String name) {
    return ServerBinaries.postgres().resolve("bin").resolve(name).toString();
  }

  /** The last line but one of postmaster.pid says {@code ready} once connections are accepted. */
  private void awaitReady(Process started) throws IOException {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    Path status = settings.data().resolve("postmaster.pid");
    while (!isReady(status, started.pid())) {
      if (!started.isAlive()) {
        forget();
        throw new IllegalStateException("PostgreSQL ended while starting" + whyInLog());
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "PostgreSQL was not ready within " + START_LIMIT + whyInLog());
      }
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  private static boolean isReady(Path status, long pid) throws IOException {
    List<String> lines;
    try {
      lines = Files.readAllLines(status);
    } catch (NoSuchFileException notYet) {
      return false; // or the one that a killed server left was removed just now
    }
    return lines.size() >= 8
        && lines.get(0).strip().equals(String.valueOf(pid))
        && lines.get(7).strip().equals("ready");
  }

  private String whyInLog() throws IOException {
    if (!Files.exists(settings.log())) {
      return "";
    }
    String[] lines = Files.readString(settings.log(), StandardCharsets.UTF_8).split("\n", -1);
    int from = Math.max(0, lines.length - 12);
    return "; "
        + settings.log()
        + " ends with:\n"
        + String.join("\n", Arrays.asList(lines).subList(from, lines.length));
  }
}
