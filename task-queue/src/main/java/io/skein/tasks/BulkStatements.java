package io.skein.tasks;

import io.skein.postgres.Transaction;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What operators do to tasks that nobody runs any more, or that nobody shall run. */
final class BulkStatements {
  /** Deletes what a query {@code found} names. */
  static final String PURGE =
      """
      kept as (delete from task_attempts a using found where a.task = found.id),
      untied as (
        delete from task_dependencies d using found
        where d.task = found.id or (d.needs = found.id and d.told)),
      changed as (delete from tasks t using found where t.id = found.id returning t.id)
      """;

  private static final String CANCEL =
      """
      changed as (
        update tasks t set state = 'cancelled', lease = t.lease + 1, lease_until = null,
          finished_at = skein_now()
        from found where t.id = found.id returning t.id)
      """;

  /** Of several with one unique key the newest. */
  private static final String RETRY =
      """
      ranked as materialized (
        select f.id, row_number() over (
          partition by f.type, coalesce(f.unique_key, f.id::text) order by f.id desc) as nth
        from found f),
      kept as (
        insert into task_attempts
          (task, lease, attempt, worker, started_at, ended_at, outcome, error, log)
        select t.id, t.lease, t.attempt, t.worker, t.started_at, t.finished_at, t.state, t.error,
          t.log
        from ranked r join tasks t on t.id = r.id
        where r.nth = 1 and t.finished_at is not null
        on conflict do nothing),
      untied as (
        delete from task_dependencies d using ranked r where r.nth = 1 and d.task = r.id),
      changed as (
        update tasks t set state = 'queued', lease = t.lease + 1, attempt = 0, crash_count = 0,
          run_at = skein_now(), waits_for = 0, worker = null, started_at = null,
          finished_at = null, error = null, log = null, progress = null, refused_by = '{}',
          expires_at = case when t.expires_at > skein_now() then t.expires_at end
        from ranked r where t.id = r.id and r.nth = 1 returning t.id)
      """;

  private static final String UNIQUE =
      """
       and (t.unique_key is null or not exists (
        select from tasks l where l.type = t.type and l.unique_key = t.unique_key
          and l.id <> t.id and l.%s))
      """
          .formatted(TaskState.LIVE);

  private final RedisHints hints;

  BulkStatements(RedisHints hints) {
    this.hints = hints;
  }

  /**
   * @param last the one with the highest id that was looked at; null when there was none
   */
  record Batch(int changed, @Nullable UUID last) {}

  /** A task that was looked at. */
  private record Found(Hint hint, boolean changed) {}

  /**
   * Changes at most so many tasks, in the order of their ids.
   *
   * @param behind where the batch before ended; null for the first
   */
  Batch batch(
      Transaction transaction,
      BulkAction action,
      TaskFilter.Condition condition,
      @Nullable UUID behind,
      int most) {
    String unique = action == BulkAction.RETRY ? UNIQUE : "";
    var query =
        transaction
            .handle()
            .createQuery(
                """
                with found as materialized (
                  select t.id, t.type, t.unique_key, t.queue, t.priority from tasks t
                  where %s and t.%s%s%s
                  order by t.id limit :most for update of t),
                %s
                select f.id, f.queue, f.priority,
                  exists (select from changed c where c.id = f.id) as changed
                from found f order by f.id
                """
                    .formatted(
                        condition.sql(),
                        TaskFilter.in(action.from()),
                        behind == null ? "" : " and t.id > :behind",
                        unique,
                        tail(action)))
            .bindMap(condition.values())
            .bind("most", most);
    if (behind != null) {
      query.bind("behind", behind);
    }
    List<Found> found =
        query.map((row, context) -> new Found(Hint.read(row), row.getBoolean("changed"))).list();
    List<Hint> changed = found.stream().filter(Found::changed).map(Found::hint).toList();
    List<Hint> queued =
        switch (action) {
          case RETRY -> changed;
          case CANCEL ->
              Release.after(transaction.handle(), changed.stream().map(Hint::task).toList());
          case PURGE -> List.of();
        };
    transaction.afterCommit(() -> queued.forEach(hints::offer));
    return new Batch(
        changed.size(), found.isEmpty() ? null : found.getLast().hint().task().value());
  }

  private static String tail(BulkAction action) {
    return switch (action) {
      case RETRY -> RETRY;
      case CANCEL -> CANCEL;
      case PURGE -> PURGE;
    };
  }
}
