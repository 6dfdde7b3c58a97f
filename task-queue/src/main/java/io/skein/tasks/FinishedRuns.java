package io.skein.tasks;

import io.skein.postgres.Transaction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * The ends of runs after which their tasks are over; {@link UnfinishedRuns} has those that another
 * run follows. As in {@link RunRenewals} each statement names the lease, and changes nothing when
 * that is lost.
 */
final class FinishedRuns {
  /** Characters of a result; past it the completion is refused and the task fails. */
  static final int RESULT_BOUND = 1 << 20;

  /** As PostgreSQL compares them; {@link UUID#compareTo} takes the halves as signed. */
  private static final Comparator<Completion> IN_ORDER_OF_IDS =
      Comparator.comparing(completion -> completion.lease().task().toString());

  private final RedisHints hints;

  /**
   * @param hints hear of the tasks that waited for one that ends
   */
  FinishedRuns(RedisHints hints) {
    this.hints = hints;
  }

  /**
   * What a run left when it returned.
   *
   * @param log the end of what it logged
   */
  record Completion(Lease lease, @Nullable String result, @Nullable String log) {}

  /**
   * What became of several completions; in neither set are those whose lease is lost.
   *
   * @param held tasks whose rows another transaction holds: they are still to be completed
   */
  record Completed(Set<Lease> done, Set<Lease> held) {}

  /**
   * @throws PermanentTaskException when the result is no JSON, holds U+0000 or is too large
   */
  boolean complete(Transaction transaction, Completion completion) {
    String result = completion.result();
    checkSize(result);
    try {
      return write(
          transaction,
          completion.lease(),
          ending(
                  transaction,
                  completion.lease(),
                  """
                  state = 'succeeded', result = cast(:result as jsonb), error = null, log = :log
                  """)
              .bind("result", result)
              .bind("log", completion.log()));
    } catch (JdbiException e) {
      if (RefusedData.isCauseOf(e)) {
        throw refused(e);
      }
      throw e;
    }
  }

  /** That PostgreSQL does not take the result. */
  static PermanentTaskException refused(JdbiException failure) {
    return new PermanentTaskException(
        "the result was refused: " + RefusedData.reason(failure), failure);
  }

  /**
   * Completes many tasks in one statement and answers those whose lease was still held. Rows are
   * taken in the order of their ids, as by everything that locks several. Waits a moment only for a
   * row that another transaction holds, and fails then: for {@link #completeUnlocked}, whose lock
   * of each row before its change costs every batch a third more.
   */
  Set<Lease> completeAll(Transaction transaction, List<Completion> completions) {
    List<Ended> ended =
        completing(
                transaction,
                completions,
                """
                with bound as materialized (select set_config('lock_timeout', '100ms', true))
                update tasks t set state = 'succeeded', result = d.result::jsonb, error = null,
                  log = d.log, lease_until = null, finished_at = skein_now()
                from bound, unnest(:ids, :numbers, :results, :logs) as d(id, lease, result, log)
                where t.id = d.id and t.lease = d.lease and t.state = 'running'
                returning t.id, t.lease, t.awaited
                """)
            .map((row, context) -> new Ended(Lease.read(row), row.getBoolean("awaited")))
            .list();
    release(transaction, ended);
    return leases(ended);
  }

  /** {@link #completeAll}, passing over rows that another transaction holds at this moment. */
  Completed completeUnlocked(Transaction transaction, List<Completion> completions) {
    List<Ended> ended = new ArrayList<>();
    Set<Lease> held = new HashSet<>();
    completing(
            transaction,
            completions,
            """
            with asked as materialized (
              select * from unnest(:ids, :numbers, :results, :logs) as a(id, lease, result, log)),
            free as materialized (
              select t.id, t.lease, a.result, a.log from asked a join tasks t on t.id = a.id and t.lease = a.lease
              where t.state = 'running' order by t.id for update of t skip locked),
            done as (
              update tasks t set state = 'succeeded', result = free.result::jsonb, error = null,
                log = free.log, lease_until = null, finished_at = skein_now()
              from free where t.id = free.id
              returning t.id, t.lease, t.awaited)
            select id, lease, awaited, true as done from done
            union all
            select a.id, a.lease, false, false from asked a
            where not exists (select from free f where f.id = a.id and f.lease = a.lease)
              and exists (select from tasks t
                where t.id = a.id and t.lease = a.lease and t.state = 'running')
            """)
        .map((row, context) ->
            Map.entry(
                new Ended(Lease.read(row), row.getBoolean("awaited")), row.getBoolean("done")))
        .forEach(entry -> {
          if (entry.getValue()) {
            ended.add(entry.getKey());
          } else {
            held.add(entry.getKey().lease());
          }
        });
    release(transaction, ended);
    return new Completed(leases(ended), held);
  }

  private static Query completing(
      Transaction transaction, List<Completion> unsorted, String statement) {
    unsorted.forEach(completion -> checkSize(completion.result()));
    List<Completion> completions = unsorted.stream().sorted(IN_ORDER_OF_IDS).toList();
    return transaction
        .handle()
        .createQuery(statement)
        .bindArray(
            "ids", UUID.class, completions.stream().map(c -> c.lease().task().value()).toList())
        .bindArray(
            "numbers", Long.class, completions.stream().map(c -> c.lease().number()).toList())
        .bindArray("results", String.class, completions.stream().map(Completion::result).toList())
        .bindArray("logs", String.class, completions.stream().map(Completion::log).toList());
  }

  private static Set<Lease> leases(List<Ended> ended) {
    return ended.stream().map(Ended::lease).collect(Collectors.toSet());
  }

  /** Ends the task without success. */
  boolean end(Transaction transaction, Lease lease, TaskState state, Failure failure) {
    return write(
        transaction,
        lease,
        ending(transaction, lease, "state = :state, error = :error, log = :log")
            .bind("state", state.stored())
            .bind("error", failure.error())
            .bind("log", failure.log()));
  }

  private static void checkSize(@Nullable String result) {
    if (result != null && result.length() > RESULT_BOUND) {
      throw new PermanentTaskException(
          "the result has "
              + result.length()
              + " characters, at most "
              + RESULT_BOUND
              + " are kept; store it elsewhere and name it");
    }
  }

  private static Query ending(Transaction transaction, Lease lease, String change) {
    return lease.bindTo(
        transaction
            .handle()
            .createQuery(
                """
                update tasks set %s, lease_until = null, finished_at = skein_now()
                where %s returning awaited
                """
                    .formatted(change, Lease.HELD)));
  }

  private boolean write(Transaction transaction, Lease lease, Query ending) {
    Optional<Boolean> awaited = ending.mapTo(Boolean.class).findOne();
    awaited.ifPresent(yes -> release(transaction, List.of(new Ended(lease, yes))));
    return awaited.isPresent();
  }

  private void release(Transaction transaction, List<Ended> ended) {
    List<TaskId> awaited =
        ended.stream().filter(Ended::awaited).map(end -> end.lease().task()).toList();
    List<Hint> released = Release.after(transaction.handle(), awaited);
    if (!released.isEmpty()) {
      transaction.afterCommit(() -> released.forEach(hints::offer));
    }
  }

  /**
   * @param awaited whether others wait for the task
   */
  private record Ended(Lease lease, boolean awaited) {}
}
