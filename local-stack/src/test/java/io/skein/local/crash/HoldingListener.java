package io.skein.local.crash;

import io.skein.flows.StepListener;
import io.skein.postgres.Transaction;
import io.skein.testing.DatabaseAddress;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Writes each effect into the ledger, in the effect's own transaction, and holds the step's thread
 * where a row of {@code holds} asks this worker to, until that row is released. It asks on a
 * connection of its own, so that what it reports is seen while the step's transaction is open.
 */
final class HoldingListener implements StepListener {
  private static final Duration LOOK = Duration.ofMillis(30);

  private final String worker;
  private final DatabaseAddress database;
  private @Nullable Connection connection;

  HoldingListener(String worker, DatabaseAddress database) {
    this.worker = worker;
    this.database = database;
  }

  @Override
  public void beforeEffect(Step step) {
    holdAt(Point.BEFORE_EFFECT, step);
  }

  @Override
  public void inTransaction(Transaction transaction, Step step) {
    transaction
        .handle()
        .execute(
            "insert into ledger (flow, phase, run, unit, worker) values (?, ?, ?, ?, ?)",
            step.flow().value(),
            step.phase(),
            step.run(),
            step.unit(),
            worker);
    holdAt(Point.BEFORE_COMMIT, step);
  }

  @Override
  public void beforeRelay(Step step) {
    holdAt(Point.BEFORE_RELAY, step);
  }

  private void holdAt(Point point, Step step) {
    OptionalLong hold = report(point, step);
    while (hold.isPresent() && !isReleased(hold.getAsLong())) {
      var _ = Thread.interrupted(); // a step that lost its lease is to try all the same
      LockSupport.parkNanos(LOOK.toNanos());
    }
    if (hold.isPresent()) {
      reportGoneOn(hold.getAsLong());
    }
  }

  private synchronized OptionalLong report(Point point, Step step) {
    try (PreparedStatement update =
        connection()
            .prepareStatement(
                """
                update holds set flow = ?, pid = ? where id = (
                  select id from holds
                  where flow is null and worker = ? and phase = ? and unit = ? and point = ?
                  limit 1 for update skip locked)
                returning id
                """)) {
      update.setObject(1, step.flow().value());
      update.setLong(2, ProcessHandle.current().pid());
      update.setString(3, worker);
      update.setString(4, step.phase());
      update.setString(5, step.unit());
      update.setString(6, point.name());
      try (ResultSet row = update.executeQuery()) {
        return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
      }
    } catch (SQLException e) {
      throw new IllegalStateException("cannot ask where to hold", e);
    }
  }

  private synchronized boolean isReleased(long hold) {
    try (PreparedStatement query =
        connection().prepareStatement("select released from holds where id = ?")) {
      query.setLong(1, hold);
      try (ResultSet row = query.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    } catch (SQLException e) {
      throw new IllegalStateException("cannot ask whether to go on", e);
    }
  }

  private synchronized void reportGoneOn(long hold) {
    try (PreparedStatement update =
        connection().prepareStatement("update holds set gone_on = true where id = ?")) {
      update.setLong(1, hold);
      update.executeUpdate();
    } catch (SQLException e) {
      throw new IllegalStateException("cannot tell that it went on", e);
    }
  }

  private Connection connection() throws SQLException {
    Connection open = connection;
    if (open == null) {
      open = DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
      connection = open;
    }
    return open;
  }
}
