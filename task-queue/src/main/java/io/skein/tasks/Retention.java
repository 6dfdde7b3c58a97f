package io.skein.tasks;

import io.skein.postgres.Database;
import java.time.Duration;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;

/**
 * Deletes tasks that ended long ago, with their attempts, and the periods of unique keys that are
 * over. Any number of workers may do so at once; each pass ends after some seconds. Not thread
 * safe.
 */
final class Retention {
  private static final int BATCH = 500;
  private static final Duration EVERY = Duration.ofMinutes(1);

  /** Upkeep has more to do than this. */
  private static final int BATCHES = 10;

  /** The first condition is for the index: of a volatile function only a subquery's answer is. */
  private static final String OVER =
      """
      finished_at < (select skein_now() - :least * interval '1 ms')
      and finished_at < skein_now() - case when state = 'succeeded' then :succeeded else :others end
        * interval '1 ms'
      """;

  private final Database database;
  private final TaskRetention settings;
  private long nextAt = System.nanoTime();

  Retention(Database database, TaskRetention settings) {
    this.database = database;
    this.settings = settings;
  }

  /** Once a minute; sooner when the pass before left some. */
  void pass() {
    long now = System.nanoTime();
    if (now - nextAt >= 0 && !deleteSome()) {
      nextAt = now + EVERY.toNanos();
    }
  }

  /** How many tasks would go now. */
  long preview() {
    return database.read(handle ->
        bound(handle.createQuery("select count(*) from tasks where " + OVER))
            .mapTo(Long.class)
            .one());
  }

  /** True when there may be more. */
  boolean deleteSome() {
    for (int batch = 0; batch < BATCHES; batch++) {
      if (database.read(this::deleteBatch) < BATCH) {
        database.read(Retention::deletePeriods);
        return false;
      }
    }
    return true;
  }

  long deleteBatch(Handle handle) {
    return bound(
            handle.createQuery(
                """
                with found as materialized (
                  select id from tasks where %s
                  order by finished_at limit :most for update skip locked),
                %s
                select count(*) from changed
                """
                    .formatted(OVER, BulkStatements.PURGE)))
        .bind("most", BATCH)
        .mapTo(Long.class)
        .one();
  }

  static int deletePeriods(Handle handle) {
    return handle
        .createUpdate(
            """
            delete from task_periods p using (
              select type, unique_key from task_periods where until <= (select skein_now())
              order by until limit :most for update skip locked) past
            where p.type = past.type and p.unique_key = past.unique_key
            """)
        .bind("most", BATCH * BATCHES)
        .execute();
  }

  private <S extends SqlStatement<S>> S bound(S statement) {
    Duration least =
        settings.succeeded().compareTo(settings.others()) < 0
            ? settings.succeeded()
            : settings.others();
    return statement
        .bind("least", least.toMillis())
        .bind("succeeded", settings.succeeded().toMillis())
        .bind("others", settings.others().toMillis());
  }
}
