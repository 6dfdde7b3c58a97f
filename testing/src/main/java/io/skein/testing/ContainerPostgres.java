package io.skein.testing;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.testcontainers.containers.GenericContainer;

/** PostgreSQL in a container. */
final class ContainerPostgres implements PostgresServer {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private final DockerServer server;
  private final AtomicInteger databases = new AtomicInteger();
  private final PreparedDatabases prepared = new PreparedDatabases();

  ContainerPostgres() {
    GenericContainer<?> container =
        new GenericContainer<>("postgres:18")
            .withEnv("POSTGRES_USER", "skein")
            .withEnv("POSTGRES_PASSWORD", "skein")
            .withEnv("POSTGRES_DB", "postgres")
            .withCommand("postgres", "-c", "max_connections=200", "-c", "fsync=off");
    server = new DockerServer(container, 5432);
    awaitReachable();
  }

  @Override
  public DatabaseAddress address() {
    return new DatabaseAddress(server.host(), server.port(), "postgres", "skein", "skein");
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
    return "test_" + databases.incrementAndGet();
  }

  @Override
  public long pid() {
    return server.pid();
  }

  @Override
  public void start() {
    server.start();
    awaitReachable();
  }

  /**
   * The port is open before PostgreSQL takes connections, and while the image lays its data out it
   * is not.
   */
  private void awaitReachable() {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (!Databases.reachable(address())) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("PostgreSQL was not ready within " + START_LIMIT);
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }

  @Override
  public void stop() {
    server.stop();
  }

  @Override
  public void kill() {
    server.kill();
  }

  @Override
  public void freeze() {
    server.freeze();
  }

  @Override
  public void thaw() {
    server.thaw();
  }

  @Override
  public void close() {
    server.close();
  }
}
