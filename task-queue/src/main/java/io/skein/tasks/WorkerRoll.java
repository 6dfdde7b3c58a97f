package io.skein.tasks;

import io.skein.postgres.Database;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * This worker's line in the table of workers: what it serves and that it is there. For operators,
 * and for {@link Parking}. Thread safe.
 */
final class WorkerRoll {
  /**
   * A worker that was not seen for so long is forgotten; until then operators see that it is gone.
   */
  private static final Duration FORGET = Duration.ofHours(1);

  private final Database database;
  private final WorkerSettings settings;
  private final String identity;
  private final List<String> types;
  private final boolean remote;
  private volatile boolean draining;

  WorkerRoll(
      Database database, WorkerSettings settings, String identity, Collection<String> types) {
    this(database, settings, identity, types, false);
  }

  private WorkerRoll(
      Database database,
      WorkerSettings settings,
      String identity,
      Collection<String> types,
      boolean remote) {
    this.database = database;
    this.settings = settings;
    this.identity = identity;
    this.types = List.copyOf(types);
    this.remote = remote;
  }

  /** The line of a worker that speaks HTTP and holds no advisory lock. */
  static WorkerRoll ofRemote(Database database, WorkerSettings settings, Collection<String> types) {
    return new WorkerRoll(database, settings, settings.name(), types, true);
  }

  /** Says that it is there. */
  void sign() {
    database.useTransaction(tx -> sign(tx.handle()));
  }

  /** As {@link #sign()}, in the transaction of the handle. */
  void sign(Handle handle) {
    handle
        .createUpdate(
            """
            insert into task_workers
              (identity, name, queues, types, slots, build, remote, draining, started_at, seen_at)
            values (:identity, :name, :queues, :types, :slots, :build, :remote, :draining,
              skein_now(), skein_now())
            on conflict (identity) do update
              set seen_at = excluded.seen_at, draining = excluded.draining,
                queues = excluded.queues, types = excluded.types, slots = excluded.slots,
                build = excluded.build
            """)
        .bind("identity", identity)
        .bind("name", settings.name())
        .bindArray("queues", String.class, settings.queues())
        .bindArray("types", String.class, types)
        .bind("slots", settings.slots())
        .bind("build", settings.build())
        .bind("remote", remote)
        .bind("draining", draining)
        .execute();
    handle
        .createUpdate(
            """
            delete from task_workers w using (
              select identity from task_workers
              where seen_at < skein_now() - :forget * interval '1 ms' for update skip locked) old
            where w.identity = old.identity
            """)
        .bind("forget", FORGET.toMillis())
        .execute();
  }

  /** Says that it takes nothing more. */
  void drain() {
    draining = true;
    sign();
  }

  void strike() {
    database.useTransaction(tx ->
        tx.handle()
            .createUpdate("delete from task_workers where identity = :identity")
            .bind("identity", identity)
            .execute());
  }
}
