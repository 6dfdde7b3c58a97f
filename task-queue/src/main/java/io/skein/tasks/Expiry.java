package io.skein.tasks;

import io.skein.postgres.Database;
import io.skein.postgres.Transaction;
import java.util.List;
import java.util.UUID;

/** Cancels tasks that have not begun in time. Any number may do so at once. */
final class Expiry {
  private static final int BATCH = 256;

  private final Database database;
  private final RedisHints hints;

  Expiry(Database database, RedisHints hints) {
    this.database = database;
    this.hints = hints;
  }

  void pass() {
    int cancelled;
    do {
      cancelled = database.inTransaction(this::cancelSome);
    } while (cancelled == BATCH);
  }

  /** The time is a subquery's answer, since the index cannot be asked for a volatile function. */
  int cancelSome(Transaction transaction) {
    List<TaskId> expired =
        transaction
            .handle()
            .createQuery(
                """
                with late as materialized (
                  select id from tasks
                  where expires_at <= (select skein_now()) and started_at is null and crash_count < 2
                    and state in ('waiting', 'scheduled', 'queued', 'parked')
                  order by expires_at limit :most for update skip locked)
                update tasks t set state = 'cancelled', error = 'it had not begun in time',
                  finished_at = skein_now()
                from late where t.id = late.id
                returning t.id
                """)
            .bind("most", BATCH)
            .map((row, context) -> new TaskId(row.getObject("id", UUID.class)))
            .list();
    List<Hint> released = Release.after(transaction.handle(), expired);
    transaction.afterCommit(() -> released.forEach(hints::offer));
    return expired.size();
  }
}
