package io.skein.tasks;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;

/** That a task may be claimed now. Never a right to it: the claim in PostgreSQL decides. */
record Hint(String queue, Priority priority, TaskId task) {
  static Hint of(Task task) {
    return new Hint(task.queue(), task.priority(), task.id());
  }

  /** Of a row with {@code id}, {@code queue} and {@code priority}. */
  static Hint read(ResultSet row) throws SQLException {
    return new Hint(
        row.getString("queue"),
        Priority.ofLevel(row.getInt("priority")),
        new TaskId(row.getObject("id", UUID.class)));
  }
}
