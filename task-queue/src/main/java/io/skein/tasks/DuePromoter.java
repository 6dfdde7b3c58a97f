package io.skein.tasks;

import io.skein.postgres.Database;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Moves scheduled tasks whose time has come into their queues. Any number may do so at once. */
final class DuePromoter {
  private static final int BATCH = 256;

  private final Database database;
  private final RedisHints hints;

  DuePromoter(Database database, RedisHints hints) {
    this.database = database;
    this.hints = hints;
  }

  void promote() {
    List<Hint> promoted;
    do {
      promoted = database.read(DuePromoter::promoteSome);
      promoted.forEach(hints::offer);
    } while (promoted.size() == BATCH);
  }

  /** The time is a subquery's answer, since the index cannot be asked for a volatile function. */
  static List<Hint> promoteSome(Handle handle) {
    return handle
        .createQuery(
            """
            with due as materialized (
              select id from tasks where state = 'scheduled' and run_at <= (select skein_now())
              order by run_at limit :most for update skip locked)
            update tasks t set state = 'queued' from due where t.id = due.id
            returning t.id, t.queue, t.priority
            """)
        .bind("most", BATCH)
        .map((row, context) -> Hint.read(row))
        .list();
  }
}
