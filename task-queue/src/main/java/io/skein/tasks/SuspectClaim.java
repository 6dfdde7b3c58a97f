package io.skein.tasks;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/** A claim of one task that crashed twice. A queue's limits hold for it as for every other. */
final class SuspectClaim {
  /** How long a busy worker leaves a suspect to an idle one. */
  private static final Duration SUSPECT_PATIENCE = Duration.ofSeconds(2);

  private static final String SUSPECT =
      """
      c.queue = :queue and c.state = 'queued' and c.crash_count >= 2
      and c.run_at <= skein_now() - :patience * interval '1 ms' and %s
      """
          .formatted(ClaimStatements.RUNNABLE);

  /** Most times there is none. */
  private static final String LOOK =
      """
      select coalesce((select q.limited from task_queues q where q.queue = :queue), false)
      where exists (select from tasks c where %s)
        and not exists (select from task_queues q
          where q.queue = :queue and q.paused_at is not null)
      """
          .formatted(SUSPECT);

  /** The queue may have been paused or limited since. */
  private static final String UNLIMITED =
      ClaimStatements.claimOf(
          """
          select c.ctid as place from tasks c
          where %s and not exists (select from task_queues q
            where q.queue = :queue and (q.paused_at is not null or q.limited))
          order by c.run_at limit 1 for update skip locked
          """
              .formatted(SUSPECT),
          "null");

  private static final String LIMITED =
      """
      with %s,
      candidate as materialized (
        select c.ctid as place from tasks c
        where %s
          and (select count(*) from running r where r.lane = %s) < :maxPerTenant
          and (c.concurrency_key is null
            or (select count(*) from running r where r.key = c.concurrency_key) < :maxPerKey)
        order by c.run_at limit 1 for update of c skip locked)
      """
              .formatted(QueueRoom.RUNNING, SUSPECT, Lane.of("c"))
          + ClaimStatements.begin("null");

  private final Handle handle;
  private final ClaimStatements statements;
  private final String queue;
  private final Duration patience;

  SuspectClaim(Handle handle, ClaimStatements statements, String queue, boolean busy) {
    this.handle = handle;
    this.statements = statements;
    this.queue = queue;
    this.patience = busy ? SUSPECT_PATIENCE : Duration.ZERO;
  }

  Optional<Run> run() {
    return statements.known(query(LOOK)).mapTo(Boolean.class).findOne().flatMap(this::claim);
  }

  private Optional<Run> claim(boolean limited) {
    return limited
        ? handle.inTransaction(this::underItsRules)
        : first(statements.claim(query(UNLIMITED)));
  }

  private Optional<Run> underItsRules(Handle transaction) {
    Optional<QueueRoom> rules = QueueRoom.lock(transaction, queue);
    if (rules.isEmpty() || rules.get().room() == 0) {
      return Optional.empty();
    }
    List<Run> claimed = statements.claim(rules.get().bind(query(LIMITED)));
    rules.get().spend(transaction, claimed.size());
    return first(claimed);
  }

  private Query query(String sql) {
    return handle.createQuery(sql).bind("queue", queue).bind("patience", patience.toMillis());
  }

  private static Optional<Run> first(List<Run> claimed) {
    return claimed.stream().findFirst();
  }
}
