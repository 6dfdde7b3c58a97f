package io.skein.tasks;

import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * What an operator has said of a queue with limits, as numbers that always apply, and under the
 * lock of the queue's row: until the transaction ends nobody else claims there.
 *
 * @param room how many may start now
 */
record QueueRoom(String queue, boolean rated, int maxPerTenant, int maxPerKey, int room) {
  /** What runs in {@code :queue}: its lane and its key. */
  static final String RUNNING =
      """
      running as materialized (
        select %s as lane, c.concurrency_key as key from tasks c
        where c.queue = :queue and c.state = 'running')
      """
          .formatted(Lane.of("c"));

  /** Empty when it was paused or freed of its limits meanwhile: the next claim sees it. */
  static Optional<QueueRoom> lock(Handle handle, String queue) {
    // Alone, so that the next statement sees what was committed while this one waited.
    handle
        .createQuery("select from task_queues where queue = :queue for update")
        .bind("queue", queue)
        .mapToMap()
        .list();
    return handle
        .createQuery(
            """
            with now as materialized (select skein_now() as at)
            select q.rate_limit is not null as rated,
              coalesce(q.max_per_tenant, 1000000000) as max_per_tenant,
              coalesce(q.max_per_key, 1000000000) as max_per_key,
              least(
                coalesce(q.max_running, 1000000000)
                  - (select count(*) from tasks c where c.queue = q.queue and c.state = 'running'),
                coalesce(floor(
                  extract(epoch from now.at + q.rate_period - greatest(q.rate_next, now.at))
                  / extract(epoch from q.rate_period) * q.rate_limit), 1000000000)) as room
            from task_queues q cross join now
            where q.queue = :queue and q.paused_at is null and q.limited
            """)
        .bind("queue", queue)
        .map((row, context) ->
            new QueueRoom(
                queue,
                row.getBoolean("rated"),
                row.getInt("max_per_tenant"),
                row.getInt("max_per_key"),
                Math.max(0, row.getInt("room"))))
        .findOne();
  }

  /** For a claim that counts what is {@link #RUNNING}. */
  Query bind(Query claim) {
    return claim.bind("maxPerTenant", maxPerTenant).bind("maxPerKey", maxPerKey);
  }

  /** The generic cell rate algorithm (ITU-T I.371), with a burst of one period. */
  void spend(Handle handle, int starts) {
    if (rated && starts > 0) {
      handle
          .createUpdate(
              """
              update task_queues set rate_next =
                greatest(rate_next, skein_now()) + rate_period / rate_limit * :starts
              where queue = :queue
              """)
          .bind("queue", queue)
          .bind("starts", starts)
          .execute();
    }
  }
}
