package io.skein.tasks;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;
import org.jdbi.v3.core.statement.SqlStatement;

/**
 * The right of one run to write in the name of its task; a newer run has a higher number. Issued
 * and checked by PostgreSQL alone.
 */
public record Lease(TaskId task, long number) {
  /** The condition for the task's row, with what {@link #bindTo} binds. */
  static final String HELD = "id = :id and lease = :lease and state = 'running'";

  /** Of a row with the columns {@code id} and {@code lease}. */
  static Lease read(ResultSet row) throws SQLException {
    return new Lease(new TaskId(row.getObject("id", UUID.class)), row.getLong("lease"));
  }

  <S extends SqlStatement<S>> S bindTo(S statement) {
    return statement.bind("id", task.value()).bind("lease", number);
  }
}
