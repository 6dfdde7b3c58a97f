package io.skein.tasks;

import io.skein.postgres.Database;
import io.skein.postgres.Transaction;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * Tells tasks that others wait for them, so that their ends let these go; and lets go those that
 * wait for a task which ended before it was told. Who enqueues a task that needs others cannot do
 * so: he would keep their rows locked, and their leases from being renewed, until his transaction
 * ends. Any number may do so at once.
 */
final class NeededTasks {
  private static final int BATCH = 256;

  private final Database database;
  private final RedisHints hints;

  NeededTasks(Database database, RedisHints hints) {
    this.database = database;
    this.hints = hints;
  }

  void pass() {
    int told;
    do {
      told = database.read(NeededTasks::tellSome);
    } while (told > 0);
    int ended;
    do {
      ended = database.inTransaction(this::releaseSome);
    } while (ended == BATCH);
  }

  static int tellSome(Handle handle) {
    return handle
        .createQuery("select skein_tell(:most)")
        .bind("most", BATCH)
        .mapTo(Integer.class)
        .one();
  }

  int releaseSome(Transaction transaction) {
    List<TaskId> ended =
        transaction
            .handle()
            .createQuery("select unnest(skein_ended_untold(:most))")
            .bind("most", BATCH)
            .mapTo(UUID.class)
            .map(TaskId::new)
            .list();
    List<Hint> released = Release.after(transaction.handle(), ended);
    transaction.afterCommit(() -> released.forEach(hints::offer));
    return ended.size();
  }
}
