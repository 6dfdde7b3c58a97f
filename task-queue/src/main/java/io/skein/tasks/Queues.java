package io.skein.tasks;

import io.skein.postgres.Database;
import java.util.List;
import java.util.Optional;

/**
 * What operators say about queues, and see of them. It holds from the next claim of any worker on:
 * what runs is not stopped. Thread safe.
 */
public final class Queues {
  /** Tasks of one state that {@link #list} counts at most: so many means that many or more. */
  public static final int MOST_COUNTED = QueueCounts.MOST;

  private final Database database;

  Queues(Database database) {
    this.database = database;
  }

  /** From now on no task of it starts. */
  public void pause(String queue) {
    change(
        queue,
        "insert into task_queues (queue, paused_at) values (:queue, skein_now())"
            + " on conflict (queue) do update"
            + " set paused_at = coalesce(task_queues.paused_at, excluded.paused_at)");
  }

  /** Its tasks start again; workers look within their claim interval. */
  public void resume(String queue) {
    change(queue, "update task_queues set paused_at = null where queue = :queue");
  }

  /** Replaces the limits of a queue. */
  public void limit(String queue, QueueLimits limits) {
    QueueLimits.Rate rate = limits.rate();
    database.useTransaction(tx ->
        tx.handle()
            .createUpdate(
                """
                insert into task_queues
                  (queue, max_running, max_per_tenant, max_per_key, rate_limit, rate_period)
                values (:queue, :maxRunning, :maxPerTenant, :maxPerKey, :starts,
                  :period * interval '1 ms')
                on conflict (queue) do update set max_running = excluded.max_running,
                  max_per_tenant = excluded.max_per_tenant, max_per_key = excluded.max_per_key,
                  rate_limit = excluded.rate_limit, rate_period = excluded.rate_period,
                  rate_next = null
                """)
            .bind("queue", checked(queue))
            .bind("maxRunning", limits.maxRunning())
            .bind("maxPerTenant", limits.maxPerTenant())
            .bind("maxPerKey", limits.maxPerKey())
            .bind("starts", rate == null ? null : rate.starts())
            .bind("period", rate == null ? null : rate.period().toMillis())
            .execute());
  }

  /** What was said about a queue, without counting its tasks. */
  public QueueRules rules(String queue) {
    return database.read(handle -> QueueCounts.rules(handle, queue));
  }

  /**
   * One queue; empty when nothing was ever said about it or enqueued to it. It gives up after five
   * seconds.
   */
  public Optional<QueueStatus> find(String queue) {
    return database.inTransaction(tx -> QueueCounts.of(tx.handle(), queue)).stream().findFirst();
  }

  /**
   * All queues that any task was ever enqueued to or of which something was said, by name. What it
   * costs is bounded however full they are; it gives up after five seconds.
   */
  public List<QueueStatus> list() {
    return database.inTransaction(tx -> QueueCounts.of(tx.handle()));
  }

  private void change(String queue, String statement) {
    database.useTransaction(
        tx -> tx.handle().createUpdate(statement).bind("queue", checked(queue)).execute());
  }

  private static String checked(String queue) {
    if (queue.isBlank() || queue.indexOf('\u0000') >= 0) {
      throw new IllegalArgumentException("a queue has a name");
    }
    return queue;
  }
}
