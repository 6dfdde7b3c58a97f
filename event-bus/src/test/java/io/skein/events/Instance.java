package io.skein.events;

import io.skein.postgres.Database;
import io.skein.postgres.Identifiers;
import io.skein.postgres.Migrations;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisSettings;
import io.skein.testing.DatabaseAddress;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** One process's event bus with connections of its own. */
final class Instance implements AutoCloseable {
  static final Duration HOUR = Duration.ofHours(1);

  /** Nothing is compared, polled or swept: what arrives came through Redis. */
  static final EventSettings REDIS_ALONE =
      EventSettings.defaults().withSweepInterval(HOUR).withChecks(HOUR, HOUR, HOUR);

  final Database database;
  final RedisConnections redis;
  final EventBus bus;

  private Instance(Database database, RedisConnections redis, EventBus bus) {
    this.database = database;
    this.redis = redis;
    this.bus = bus;
  }

  static PostgresSettings newDatabase() {
    return PostgresSettings.parse(
        TestServers.postgres().createDatabase("event-bus", Instance::migrate).url());
  }

  private static void migrate(DatabaseAddress fresh) {
    Migrations.migrate(PostgresSettings.parse(fresh.url()), List.of("postgres-core", "event-bus"));
  }

  static Instance start(
      PostgresSettings postgres, RedisSettings redis, String name, EventSettings settings) {
    return start(postgres, redis, name, settings, stream -> {});
  }

  /**
   * @param beforeRepair hears of each tail that its sweep is about to repair
   */
  static Instance start(
      PostgresSettings postgres,
      RedisSettings redis,
      String name,
      EventSettings settings,
      Consumer<StreamId> beforeRepair) {
    Database database = Database.open(postgres, name);
    RedisConnections connections = RedisConnections.open(redis, name);
    return new Instance(
        database, connections, EventBus.start(database, connections, name, settings, beforeRepair));
  }

  StreamId open() {
    return open("demo");
  }

  StreamId open(String tenant) {
    StreamId stream = new StreamId(Identifiers.next());
    database.useTransaction(tx -> bus.journal().open(tx, stream, tenant));
    return stream;
  }

  Appended append(StreamId stream, NewEvent... events) {
    return database.inTransaction(tx -> bus.journal().append(tx, stream, List.of(events)));
  }

  /** As a process that dies between its commit and its relay. */
  Appended appendWithoutRelay(StreamId stream, NewEvent... events) {
    Journal silent = Journal.withoutRelay(database);
    return database.inTransaction(tx -> silent.append(tx, stream, List.of(events)));
  }

  void closeStream(StreamId stream) {
    database.useTransaction(tx -> bus.journal().close(tx, stream));
  }

  Recorder watch(StreamId stream, long after) {
    Recorder recorder = new Recorder();
    recorder.subscription = bus.feed().subscribe(stream, new Sequence(after), recorder);
    return recorder;
  }

  @Override
  public void close() {
    bus.close();
    redis.close();
    database.close();
  }
}
