package io.skein.tasks;

import io.skein.postgres.Database;
import io.skein.postgres.Transaction;
import java.util.List;

/** What handlers have done: lines that commit with their work, or tell a test of it. */
record Ledger(Database database) {
  /** In a fresh database. */
  void open() {
    database.useTransaction(
        transaction -> transaction.handle().execute("create table ledger (task uuid, note text)"));
  }

  static void note(Transaction transaction, TaskId task, String note) {
    transaction.handle().execute("insert into ledger values (?, ?)", task.value(), note);
  }

  /** In a transaction of its own. */
  void note(TaskId task, String note) {
    database.useTransaction(transaction -> note(transaction, task, note));
  }

  /** Of this task, in the order of writing. */
  List<String> notes(TaskId task) {
    return database.read(handle ->
        handle
            .createQuery("select note from ledger where task = :task order by ctid")
            .bind("task", task.value())
            .mapTo(String.class)
            .list());
  }

  /** How often this was noted. */
  long count(String note) {
    return database.read(handle ->
        handle
            .createQuery("select count(*) from ledger where note = :note")
            .bind("note", note)
            .mapTo(Long.class)
            .one());
  }
}
