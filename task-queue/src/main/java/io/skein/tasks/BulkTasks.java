package io.skein.tasks;

import static java.time.ZoneOffset.UTC;

import io.skein.postgres.Database;
import io.skein.postgres.SqlTime;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * Retries, cancels or deletes many tasks: counted first, then confirmed with the token of that
 * count, in batches of 500 and at most 5,000 a second. It never changes more tasks than were
 * counted, nor one that was enqueued after. Thread safe.
 */
public final class BulkTasks {
  private static final int BATCH = 500;
  private static final Duration BATCH_TIME = Duration.ofMillis(100);

  /** One call ends after so long; the token goes on where it stopped. */
  private static final Duration CALL = Duration.ofSeconds(20);

  private static final int RACES = 3;

  private final Database database;
  private final BulkStatements statements;

  BulkTasks(Database database, RedisHints hints) {
    this.database = database;
    this.statements = new BulkStatements(hints);
  }

  /**
   * @param token confirms the action on these tasks, for ten minutes
   */
  public record Counted(long count, String token) {}

  /**
   * @param more the call ended before all was done; the same token goes on
   */
  public record Changed(long count, boolean more) {}

  /**
   * How many tasks the action would change now.
   *
   * @throws FilterTooWideException when it takes longer than five seconds
   */
  public Counted count(BulkAction action, TaskFilter filter) {
    TaskFilter.Condition condition = filter.condition();
    return FilteredReads.read(
        database,
        handle ->
            handle
                .createQuery(
                    "select count(*) as n, skein_now() as now from tasks t where "
                        + condition.sql()
                        + " and t."
                        + TaskFilter.in(action.from()))
                .bindMap(condition.values())
                .map((row, context) -> {
                  long count = row.getLong("n");
                  Instant now = row.getObject("now", OffsetDateTime.class).toInstant();
                  return new Counted(count, BulkToken.of(action, filter, count, now).text());
                })
                .one());
  }

  /**
   * Does what was counted.
   *
   * @return empty when the token is not of this action and filter, or older than ten minutes
   * @throws InterruptedException between two batches; what was done stays done
   */
  public Optional<Changed> confirm(BulkAction action, TaskFilter filter, String token)
      throws InterruptedException {
    BulkToken shown = BulkToken.parse(token);
    Instant now = database.read(SqlTime::now);
    if (shown == null || !shown.confirms(action, filter, now)) {
      return Optional.empty();
    }
    return Optional.of(change(action, filter, shown));
  }

  /** Retries one task; false when it does not exist, is live, or its unique key is taken. */
  public boolean retry(TaskId task) {
    TaskFilter.Condition one = new TaskFilter.Condition("t.id = :id", Map.of("id", task.value()));
    return batch(BulkAction.RETRY, one, null, 1).changed() == 1;
  }

  private Changed change(BulkAction action, TaskFilter filter, BulkToken token)
      throws InterruptedException {
    TaskFilter.Condition condition =
        filter
            .condition()
            .and("t.created_at <= :countedAt", "countedAt", token.countedAt().atOffset(UTC));
    long began = System.nanoTime();
    long changed = 0;
    @Nullable UUID last = null;
    while (changed < token.count()) {
      long batchBegan = System.nanoTime();
      if (batchBegan - began > CALL.toNanos()) {
        return new Changed(changed, true);
      }
      int most = (int) Math.min(BATCH, token.count() - changed);
      BulkStatements.Batch batch = batch(action, condition, last, most);
      changed += batch.changed();
      last = batch.last();
      if (last == null) {
        break;
      }
      long left = BATCH_TIME.toNanos() - (System.nanoTime() - batchBegan);
      Thread.sleep(Duration.ofNanos(Math.max(0, left)));
    }
    return new Changed(changed, false);
  }

  /** Again when a task with one of the unique keys was enqueued at the same time. */
  private BulkStatements.Batch batch(
      BulkAction action, TaskFilter.Condition condition, @Nullable UUID behind, int most) {
    for (int race = 1; ; race++) {
      try {
        return database.inTransaction(tx -> statements.batch(tx, action, condition, behind, most));
      } catch (JdbiException e) {
        if (race == RACES || !uniqueKeyTaken(e)) {
          throw e;
        }
      }
    }
  }

  private static boolean uniqueKeyTaken(Throwable failure) {
    return failure.getCause() instanceof SQLException sql && "23505".equals(sql.getSQLState());
  }
}
