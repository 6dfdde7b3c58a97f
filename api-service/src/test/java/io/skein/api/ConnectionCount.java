package io.skein.api;

import io.skein.postgres.Database;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The most connections at work that any API instance had at once, as PostgreSQL saw it. */
final class ConnectionCount implements AutoCloseable {
  private static final long EVERY_MILLIS = 25;

  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("connection-count").daemon().factory());
  private volatile int most;
  private volatile int looks;

  private ConnectionCount() {}

  static ConnectionCount start(Database database) {
    ConnectionCount count = new ConnectionCount();
    var unused =
        count.clock.scheduleWithFixedDelay(
            () -> count.look(now(database)), 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
    return count;
  }

  int most() {
    return most;
  }

  /** How often it was looked; a look that fails is the last. */
  int looks() {
    return looks;
  }

  private void look(int busy) {
    most = Math.max(most, busy);
    looks++;
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }

  private static int now(Database database) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                select coalesce(max(busy), 0) from (
                  select count(*) as busy from pg_stat_activity
                  where datname = current_database() and application_name like 'api-%'
                    and state <> 'idle'
                  group by application_name) each
                """)
            .mapTo(Integer.class)
            .one());
  }
}
