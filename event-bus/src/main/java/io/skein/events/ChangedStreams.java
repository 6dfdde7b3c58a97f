package io.skein.events;

import io.skein.postgres.Database;
import io.skein.postgres.SqlTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;

/** The streams that changed since a time, by PostgreSQL, in pages. Thread safe. */
final class ChangedStreams {
  private static final int PAGE = 1000;

  private final Database database;

  ChangedStreams(Database database) {
    this.database = database;
  }

  /**
   * @param lastSeq of the stream's last event
   * @param stateVersion that caches are to know of
   */
  record Changed(
      StreamId stream, long lastSeq, long stateVersion, boolean closed, Instant changedAt) {}

  Instant now() {
    return database.read(SqlTime::now);
  }

  /**
   * Shows every stream that changed, earliest change first. One that changes meanwhile may be shown
   * twice, and is not missed.
   *
   * @param action whether to go on
   * @return false when the action has ended it
   */
  boolean since(Instant since, Predicate<List<Changed>> action) {
    List<Changed> page = read(since, new UUID(0, 0));
    while (!page.isEmpty()) {
      if (!action.test(page)) {
        return false;
      }
      Changed last = page.getLast();
      page = page.size() < PAGE ? List.of() : read(last.changedAt(), last.stream().value());
    }
    return true;
  }

  private List<Changed> read(Instant since, UUID after) {
    return database.read(handle ->
        new ArrayList<>(
            handle
                .createQuery(
                    """
                    select id, last_seq, state_version, closed, changed_at from streams
                    where changed_at >= :since and (changed_at, id) > (:since, :after)
                      and (last_seq > 0 or closed)
                    order by changed_at, id limit :limit
                    """)
                .bind("since", since)
                .bind("after", after)
                .bind("limit", PAGE)
                .map((row, context) ->
                    new Changed(
                        new StreamId(row.getObject("id", UUID.class)),
                        row.getLong("last_seq"),
                        row.getLong("state_version"),
                        row.getBoolean("closed"),
                        row.getTimestamp("changed_at").toInstant()))
                .list()));
  }
}
