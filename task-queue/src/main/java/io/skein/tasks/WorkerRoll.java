package io.skein.tasks;

import io.skein.postgres.Database;
import java.time.Duration;
import org.jdbi.v3.core.Handle;

/**
 * A worker's line in the table of workers: what it serves and that it is there. For operators, and
 * for {@link Parking}. Thread safe.
 */
final class WorkerRoll {
  /**
   * A worker that was not seen for so long is forgotten; until then operators see that it is gone.
   */
  private static final Duration FORGET = Duration.ofHours(1);

  private final Database database;
  private final WorkerLine line;
  private volatile boolean draining;

  WorkerRoll(Database database, WorkerLine line) {
    this.database = database;
    this.line = line;
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
        .bind("identity", line.identity())
        .bind("name", line.name())
        .bindArray("queues", String.class, line.queues())
        .bindArray("types", String.class, line.types())
        .bind("slots", line.slots())
        .bind("build", line.build())
        .bind("remote", line.remote())
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
            .bind("identity", line.identity())
            .execute());
  }
}
