package io.skein.postgres;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * Where each feature goes on each instance, and each change of it within the last 30 days, for
 * operators. Thread safe.
 */
public final class FeatureModes {
  private static final String KEPT = "30 days";

  private final Database database;

  public FeatureModes(Database database) {
    this.database = database;
  }

  /**
   * Writes an instance's present modes beside its row in the register, and what has changed.
   *
   * @return false when the instance is not in the register: then only the changes are written
   */
  public boolean write(
      String instance, Collection<InstanceMode> present, Collection<InstanceMode> changes) {
    return database.inTransaction(transaction -> {
      Handle handle = transaction.handle();
      if (!changes.isEmpty()) {
        record(handle, changes);
      }
      boolean registered =
          handle
              .createQuery("select 1 from instances where name = ? for key share")
              .bind(0, instance)
              .mapTo(Integer.class)
              .findOne()
              .isPresent();
      if (registered) {
        show(handle, present);
      }
      return registered;
    });
  }

  /** The modes of the instances whose heartbeat is younger than {@code age}. */
  public List<InstanceMode> ofInstancesSeenWithin(Duration age) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                select m.instance, m.feature, m.mode, m.reason, m.since
                from feature_modes m join instances i on i.name = m.instance
                where i.seen_at > skein_now() - :age::interval order by m.instance, m.feature
                """)
            .bind("age", SqlTime.interval(age))
            .map((row, context) -> mode(row))
            .list());
  }

  /**
   * The latest changes, newest first.
   *
   * @param most the most to answer
   */
  public List<InstanceMode> changes(int most) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                select instance, feature, mode, reason, since from feature_mode_changes
                order by since desc, id desc limit :most
                """)
            .bind("most", most)
            .map((row, context) -> mode(row))
            .list());
  }

  private static void record(Handle handle, Collection<InstanceMode> changes) {
    PreparedBatch batch =
        handle.prepareBatch(
            """
            insert into feature_mode_changes (instance, feature, mode, reason, since)
            values (:instance, :feature, :mode, :reason, :since)
            """);
    changes.forEach(change -> bind(batch, change).add());
    batch.execute();
    handle
        .createUpdate(
            "delete from feature_mode_changes where since < skein_now() - :kept::interval")
        .bind("kept", KEPT)
        .execute();
  }

  private static void show(Handle handle, Collection<InstanceMode> present) {
    PreparedBatch batch =
        handle.prepareBatch(
            """
            insert into feature_modes (instance, feature, mode, reason, since)
            values (:instance, :feature, :mode, :reason, :since)
            on conflict (instance, feature) do update
              set mode = excluded.mode, reason = excluded.reason, since = excluded.since
            """);
    present.forEach(mode -> bind(batch, mode).add());
    batch.execute();
  }

  private static PreparedBatch bind(PreparedBatch batch, InstanceMode mode) {
    return batch
        .bind("instance", mode.instance())
        .bind("feature", mode.feature())
        .bind("mode", mode.mode())
        .bind("reason", mode.reason())
        .bind("since", mode.since());
  }

  private static InstanceMode mode(ResultSet row) throws SQLException {
    return new InstanceMode(
        row.getString("instance"),
        row.getString("feature"),
        row.getString("mode"),
        row.getString("reason"),
        row.getTimestamp("since").toInstant());
  }
}
