package io.skein.tasks;

import io.skein.postgres.Database;
import io.skein.postgres.Migrations;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.testing.DatabaseAddress;
import io.skein.testing.PostgresServer;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;

/**
 * A migrated database with a ledger, a Redis key space of its own, and what enqueues; closed in
 * reverse order.
 */
final class Servers implements AutoCloseable {
  final DatabaseAddress address;
  final String redisUrl;
  final String keyPrefix;
  final Database database;
  final RedisConnections redis;
  final TaskQueue queue;
  final Ledger ledger;

  static {
    // A test that means a bound names it; the rest only must not hang on a busy machine.
    Awaitility.setDefaultTimeout(Duration.ofMinutes(1));
  }

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  private Servers(DatabaseAddress address, String redisUrl, String keyPrefix) {
    this.address = address;
    this.redisUrl = redisUrl;
    this.keyPrefix = keyPrefix;
    this.database = closing(openDatabase());
    this.redis =
        closing(RedisConnections.open(RedisSettings.of(redisUrl).withKeyPrefix(keyPrefix), "test"));
    this.queue = closing(TaskQueue.open(database, redis));
    this.ledger = new Ledger(database);
  }

  /** A database of its own on the servers of this JVM. */
  static Servers fresh() {
    return on(TestServers.redis().url());
  }

  /** As {@link #fresh}, with a Redis that the test may kill. */
  static Servers on(String redisUrl) {
    return on(TestServers.postgres(), redisUrl);
  }

  /** As {@link #fresh}, with a PostgreSQL too that the test may kill. */
  static Servers on(PostgresServer postgres, String redisUrl) {
    DatabaseAddress address = postgres.createDatabase("task-queue", Servers::migrate);
    Servers servers = new Servers(address, redisUrl, "test-" + UUID.randomUUID() + ":");
    servers.ledger.open();
    Awaitility.await().until(() -> servers.redis.health().available());
    return servers;
  }

  private static void migrate(DatabaseAddress fresh) {
    Migrations.migrate(PostgresSettings.parse(fresh.url()), List.of("postgres-core", "task-queue"));
  }

  /** What another process has opened. */
  static Servers existing(DatabaseAddress address, String redisUrl, String keyPrefix) {
    return new Servers(address, redisUrl, keyPrefix);
  }

  private Database openDatabase() {
    return Database.open(PostgresSettings.parse(address.url()), "test");
  }

  /** A queue on connections whose clock is ahead of the server's. */
  TaskQueue queueAhead(Duration offset) {
    // Of the server itself: what is set for a session is none of a pooler's.
    String url =
        address.jdbcUrl() + "?options=-c%20skein.clock_offset%3D" + offset.toSeconds() + "s";
    PostgresSettings settings =
        new PostgresSettings(url, url, address.user(), address.password(), 16);
    Database ahead = closing(Database.open(settings, "ahead"));
    return closing(TaskQueue.open(ahead, redis));
  }

  <C extends AutoCloseable> C closing(C resource) {
    opened.push(resource);
    return resource;
  }

  /** A run of a new task, as a worker of that name would have claimed it. */
  Run running(String type, String worker) {
    TaskId id = queue.enqueue(NewTask.of("q", type, "{}").withDelay(Duration.ofHours(1)));
    sql(
        "update tasks set state = 'running', lease = 1, attempt = 1, started_at = skein_now(),"
            + " lease_until = skein_now() + interval '15 s', worker = '"
            + worker
            + "' where id = '"
            + id
            + "'");
    return new Run(task(id), 1);
  }

  void sql(String statement) {
    database.useTransaction(transaction -> transaction.handle().execute(statement));
  }

  long count(String query) {
    return database.read(handle -> handle.createQuery(query).mapTo(Long.class).one());
  }

  Task task(TaskId id) {
    return queue.find(id).orElseThrow();
  }

  @Override
  public void close() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }
}
