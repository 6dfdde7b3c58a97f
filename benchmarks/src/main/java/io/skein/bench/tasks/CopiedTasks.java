package io.skein.bench.tasks;

import io.skein.bench.Payload;
import io.skein.postgres.Database;
import io.skein.postgres.Identifiers;
import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import org.postgresql.PGConnection;

/** The rival: COPY of the same rows into a table like theirs, with its indexes. */
final class CopiedTasks {
  private static final String CREATE =
      "create table if not exists bench_copied_tasks (like tasks including all)";
  private static final String COPY =
      """
      copy bench_copied_tasks (id, queue, type, payload, priority, state, max_attempts, retry_delay,
        soft_limit, hard_limit, run_at, created_at) from stdin
      """;
  private static final String ROW =
      "%s\tnobody\tnobody\t%s\t1\tqueued\t4\t00:01:00\t00:25:00\t00:30:00\t%s\t%s\n";

  private final Database database;

  private CopiedTasks(Database database) {
    this.database = database;
  }

  static CopiedTasks create(Database database) {
    database.useTransaction(transaction -> transaction.handle().execute(CREATE));
    return new CopiedTasks(database);
  }

  /** In transactions of 1,000 rows; the text is made while the clock runs, as Skein's is. */
  Duration copy(int tasks) {
    long begin = System.nanoTime();
    for (int from = 0; from < tasks; from += SkeinContender.BATCH) {
      String rows = rows(Math.min(SkeinContender.BATCH, tasks - from));
      database.useTransaction(transaction -> copyIn(transaction.handle().getConnection(), rows));
    }
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    database.useTransaction(
        transaction -> transaction.handle().execute("truncate bench_copied_tasks"));
    return took;
  }

  private static void copyIn(Connection connection, String rows) {
    try {
      connection.unwrap(PGConnection.class).getCopyAPI().copyIn(COPY, new StringReader(rows));
    } catch (IOException | SQLException e) {
      throw new IllegalStateException("the rows cannot be copied", e);
    }
  }

  private static String rows(int count) {
    Instant now = Instant.now();
    String payload = Payload.of(200);
    StringBuilder rows = new StringBuilder();
    for (int row = 0; row < count; row++) {
      rows.append(ROW.formatted(Identifiers.next(), payload, now, now));
    }
    return rows.toString();
  }
}
