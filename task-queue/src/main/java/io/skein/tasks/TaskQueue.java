package io.skein.tasks;

import io.skein.postgres.Database;
import io.skein.postgres.Transaction;
import io.skein.redis.RedisConnections;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * Where tasks are enqueued, found and cancelled. What is done in a caller's transaction happens
 * with its commit or not at all. Thread safe; one per process, closed after its workers.
 */
public final class TaskQueue implements AutoCloseable {
  /** Of one call; more than most workers have slots. */
  static final int MOST_HINTS = 128;

  private final Database database;
  private final RedisConnections redis;
  private final RedisHints hints;

  private TaskQueue(Database database, RedisConnections redis) {
    this.database = database;
    this.redis = redis;
    this.hints = new RedisHints(redis);
  }

  /** Begins to send hints; needs neither server to be there already. */
  public static TaskQueue open(Database database, RedisConnections redis) {
    return new TaskQueue(database, redis);
  }

  /**
   * Enqueues in the caller's transaction.
   *
   * @return the id of the new task, or of the live task that has the same type and unique key
   * @throws org.jdbi.v3.core.statement.StatementException when the payload is no JSON, holds U+0000
   *     or is larger than 1 MiB; the transaction can then only be rolled back
   */
  public TaskId enqueue(Transaction transaction, NewTask task) {
    return enqueue(transaction, List.of(task)).getFirst();
  }

  /**
   * {@link #enqueue(Transaction, NewTask)} for many tasks in one statement, answered in order. Of
   * many that are neither unique nor wait for others some 1,000 at a time are fastest.
   */
  public List<TaskId> enqueue(Transaction transaction, List<NewTask> tasks) {
    if (tasks.isEmpty()) {
      return List.of();
    }
    List<TaskId> ids = Enqueueing.write(transaction.handle(), tasks);
    transaction.afterCommit(() -> hintThoseDue(tasks, ids));
    return ids;
  }

  /** Enqueues in a transaction of its own; committed when this returns. */
  public TaskId enqueue(NewTask task) {
    return database.inTransaction(transaction -> enqueue(transaction, task));
  }

  /** The task as it is now. */
  public Optional<Task> find(TaskId id) {
    return database.read(handle -> select(handle, "t.id = :key", id.value()).stream().findFirst());
  }

  /** The tasks of a flow that may still run, oldest first; not locked. */
  public List<Task> liveOf(Transaction transaction, UUID flow) {
    return select(transaction.handle(), "t.flow = :key and t." + TaskState.LIVE, flow);
  }

  /**
   * Cancels the live tasks of a flow. Those that run lose their lease: nothing they write counts
   * any more, and their workers interrupt them at the next heartbeat. Locks task rows, so flow rows
   * must have been locked before.
   *
   * @return how many were live
   */
  public int cancel(Transaction transaction, UUID flow) {
    return cancel(transaction, "flow = any(:keys)", List.of(flow));
  }

  /** Cancels one task, as {@link #cancel(Transaction, UUID)}; false when it was not live. */
  public boolean cancel(Transaction transaction, TaskId task) {
    return cancel(transaction, List.of(task)) == 1;
  }

  /** Cancels those of these tasks that are live, as {@link #cancel(Transaction, UUID)}. */
  public int cancel(Transaction transaction, List<TaskId> tasks) {
    return cancel(transaction, "id = any(:keys)", tasks.stream().map(TaskId::value).toList());
  }

  /** What operators say about queues. */
  public Queues queues() {
    return new Queues(database);
  }

  /** What operators read of tasks and workers. */
  public TaskLists lists() {
    return new TaskLists(database);
  }

  /** What operators do to many tasks. */
  public BulkTasks bulk() {
    return new BulkTasks(database, hints);
  }

  /**
   * The lease protocol for workers that are no {@link Worker}. One for each process: it bounds how
   * many of them wait at once.
   *
   * @param term how long their leases hold from the last renewal
   * @param handlers take the results of some types of task; of others they are only stored
   */
  public RemoteWorkers remoteWorkers(
      Duration term, Collection<? extends RemoteTaskHandler> handlers) {
    return new RemoteWorkers(database, hints, term, handlers);
  }

  /** Tasks that repeat. */
  public Schedules schedules() {
    return new Schedules(this);
  }

  /** Hints that were not sent since the start: too many at once, or Redis was away. */
  public long droppedHints() {
    return hints.dropped();
  }

  /** Stops sending hints; those that still wait are dropped. */
  @Override
  public void close() {
    hints.close();
  }

  Database database() {
    return database;
  }

  RedisConnections redis() {
    return redis;
  }

  RedisHints hints() {
    return hints;
  }

  /** Of many only the first: who takes them sees that there are more, and claims without hints. */
  private void hintThoseDue(List<NewTask> tasks, List<TaskId> ids) {
    int hinted = 0;
    for (int i = 0; i < tasks.size() && hinted < MOST_HINTS; i++) {
      NewTask task = tasks.get(i);
      if (task.mayRunAtOnce()) {
        hints.offer(new Hint(task.queue(), task.priority(), ids.get(i)));
        hinted++;
      }
    }
  }

  private static List<Task> select(Handle handle, String condition, UUID key) {
    return handle
        .createQuery(
            "select " + TaskRow.COLUMNS + " from tasks t where " + condition + " order by t.id")
        .bind("key", key)
        .map((row, context) -> TaskRow.read(row))
        .list();
  }

  /** Also those that waited for one of them to succeed; those that waited for its end go on. */
  private int cancel(Transaction transaction, String condition, List<UUID> keys) {
    Handle handle = transaction.handle();
    List<TaskId> cancelled =
        handle
            .createQuery(
                """
                with live as (
                  select id, state from tasks where %s and %s order by id for update)
                update tasks t set state = 'cancelled', lease = lease + 1, lease_until = null,
                  finished_at = skein_now()
                from live where t.id = live.id
                returning t.id
                """
                    .formatted(condition, TaskState.LIVE))
            .bindArray("keys", UUID.class, keys)
            .map((row, context) -> new TaskId(row.getObject("id", UUID.class)))
            .list();
    List<Hint> released = Release.after(handle, cancelled);
    transaction.afterCommit(() -> released.forEach(hints::offer));
    return cancelled.size();
  }
}
