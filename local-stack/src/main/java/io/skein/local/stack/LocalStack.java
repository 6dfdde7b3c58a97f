package io.skein.local.stack;

import io.skein.testing.OrphanWatch;
import io.skein.testing.PostgresServer;
import io.skein.testing.RedisServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The running stack of a directory. {@link #start} returns when every process is ready; {@link
 * #close} ends them in order: workers, API instances, Redis, PostgreSQL. The data stays. If this
 * JVM is killed, everything is ended all the same.
 *
 * <p>The processes can be disturbed from any thread; start and close are for the owner.
 */
public final class LocalStack implements AutoCloseable {
  /** A demo, a bench and a test ask in the name of few users, from one address. */
  private static final Map<String, String> ROOM =
      Stream.of("USER", "WATCHING", "STREAMS", "TICKETS", "SIGN_IN", "ADDRESS")
          .collect(
              Collectors.toUnmodifiableMap(kind -> "SKEIN_LIMIT_" + kind, kind -> "1000000/1m"));

  private final StackDirectory directory;
  private final StackLock lock;
  private final OrphanWatch watch;
  private final HttpClient http;
  private final StackServers servers;
  private final List<StackProcess> apis;
  private final List<StackProcess> workers;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile boolean ready;

  private LocalStack(
      StackSettings settings, StackDirectory directory, StackLock lock, OrphanWatch watch) {
    this.directory = directory;
    this.lock = lock;
    this.watch = watch;
    this.http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    this.servers = StackServers.prepare(settings, directory, watch);
    this.apis = processes(settings, Role.API, settings.apis());
    this.workers = processes(settings, Role.WORKER, settings.workers());
  }

  /** {@link #start(StackSettings, Consumer)} in silence. */
  public static LocalStack start(StackSettings settings) {
    return start(settings, line -> {});
  }

  /**
   * Starts everything and waits until it is ready.
   *
   * @param progress is told, in lines for the user, what happens
   * @throws StackFailure when a stack runs here already, a port is taken or a process does not
   *     become ready; nothing is left running then
   */
  public static LocalStack start(StackSettings settings, Consumer<String> progress) {
    StackDirectory directory = new StackDirectory(settings.directory());
    StackLock lock =
        StackLock.tryTake(directory.lockFile())
            .orElseThrow(
                () -> new StackFailure("a stack runs in " + directory.path() + " already"));
    LocalStack stack = prepare(settings, directory, lock, progress);
    stack.startOrEnd(progress);
    return stack;
  }

  private static LocalStack prepare(
      StackSettings settings, StackDirectory directory, StackLock lock, Consumer<String> progress) {
    OrphanWatch watch = new OrphanWatch();
    try {
      endLeftovers(directory, progress);
      return new LocalStack(settings, directory, lock, watch);
    } catch (RuntimeException e) {
      watch.close();
      lock.close();
      throw e;
    }
  }

  /** The API instances, {@code api-1} first. */
  public List<StackProcess> apis() {
    return apis;
  }

  /** The workers, {@code worker-1} first. */
  public List<StackProcess> workers() {
    return workers;
  }

  /** An API instance or a worker by its name. */
  public StackProcess process(String name) {
    return Stream.concat(apis.stream(), workers.stream())
        .filter(process -> process.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no process " + name));
  }

  /** The embedded Redis, to be disturbed. */
  public RedisServer redis() {
    return requireEmbedded(servers.redis(), "Redis");
  }

  /** The embedded PostgreSQL, to be disturbed. */
  public PostgresServer postgres() {
    return requireEmbedded(servers.postgres(), "PostgreSQL");
  }

  /** {@code postgresql://user:password@host:port/database}. */
  public String databaseUrl() {
    return servers.databaseUrl();
  }

  /** {@code redis://host:port}. */
  public String redisUrl() {
    return servers.redisUrl();
  }

  /** A token for this user of this tenant, valid for twelve hours. */
  public String token(String tenant, String engagement, String user) {
    return new TokenIssuer(directory.secret()).issue(tenant, engagement, user);
  }

  /**
   * Waits with the patience of its own limits even when the thread was told to hurry by an
   * interrupt.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    boolean interrupted = Thread.interrupted();
    try {
      stopInOrder();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void stopInOrder() {
    stopAll(workers);
    stopAll(apis);
    servers.stop();
    watch.close();
    http.close();
    try {
      Files.deleteIfExists(directory.stateFile());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + directory.stateFile(), e);
    } finally {
      lock.close();
    }
  }

  StackServers servers() {
    return servers;
  }

  /** Tells other commands what runs now. */
  synchronized void recordState() {
    new StackState(
            ProcessRecord.of(ProcessHandle.current().pid()),
            ready,
            apis.stream().map(StackProcess::state).toList(),
            workers.stream().map(StackProcess::state).toList(),
            servers.redisState(),
            servers.postgresState())
        .write(directory);
  }

  private static void endLeftovers(StackDirectory directory, Consumer<String> progress) {
    StackState.read(directory)
        .ifPresent(left -> {
          int ended = LeftoverProcesses.end(directory, left);
          progress.accept(
              "the last stack here was killed; ended " + ended + " processes it had left");
        });
  }

  private void startOrEnd(Consumer<String> progress) {
    try {
      progress.accept("starting Redis and PostgreSQL");
      servers.start();
      recordState();
      progress.accept(
          "starting %d API instances and %d workers".formatted(apis.size(), workers.size()));
      List<StackProcess> all = Stream.concat(apis.stream(), workers.stream()).toList();
      all.forEach(StackProcess::start);
      recordState();
      all.forEach(StackProcess::awaitReady);
      ready = true;
      recordState();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private List<StackProcess> processes(StackSettings settings, Role role, int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(number -> process(settings, role, number))
        .toList();
  }

  private StackProcess process(StackSettings settings, Role role, int number) {
    String name = role.processName(number);
    int port = role == Role.API ? settings.ports().api(number) : 0;
    int managementPort = settings.ports().management(role, number);
    Map<String, String> environment = new HashMap<>();
    environment.put("SKEIN_NAME", name);
    environment.put("SKEIN_HOST", "127.0.0.1");
    environment.put("SKEIN_MANAGEMENT_PORT", String.valueOf(managementPort));
    environment.put("DATABASE_URL", servers.databaseUrl());
    environment.put("REDIS_URL", servers.redisUrl());
    if (role == Role.API) {
      PortCheck.requireFree(name, port);
      environment.put("SKEIN_PORT", String.valueOf(port));
      environment.put("SKEIN_JWT_SECRET_FILE", directory.secretFile().toString());
      environment.putAll(ROOM);
    }
    PortCheck.requireFree(name + " for its management", managementPort);
    environment.putAll(settings.environment());
    environment.putAll(settings.environmentOf().getOrDefault(name, Map.of()));
    directory.beginLog(name);
    return new StackProcess(
        name,
        port,
        managementPort,
        settings.program(name),
        environment,
        directory.log(name),
        watch,
        http);
  }

  private static void stopAll(List<StackProcess> processes) {
    processes.forEach(StackProcess::requestStop);
    processes.forEach(StackProcess::awaitStop);
  }

  private static <T> T requireEmbedded(@Nullable T server, String name) {
    if (server == null) {
      throw new IllegalStateException(name + " of this stack is run by somebody else");
    }
    return server;
  }
}
