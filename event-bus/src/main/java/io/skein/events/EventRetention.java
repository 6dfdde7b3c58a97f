package io.skein.events;

import io.skein.postgres.Database;
import io.skein.postgres.SqlTime;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the events of streams that were closed long ago, in small transactions, but those that a
 * consumer group has still to process. The streams themselves stay. Who comes late is reset to the
 * present state. Thread safe; several at once do the work once.
 */
public final class EventRetention {
  private static final Logger LOG = LoggerFactory.getLogger(EventRetention.class);

  private final Database database;
  private final RetentionPolicy policy;

  public EventRetention(Database database, RetentionPolicy policy) {
    this.database = database;
    this.policy = policy;
  }

  /** What a pass without bounds would do now; changes nothing, reads all that it tells of. */
  public RetentionForecast dryRun() {
    return database.read(handle ->
        handle
            .createQuery("select * from skein_retention(:keep::interval)")
            .bind("keep", SqlTime.interval(policy.keep()))
            .map((row, context) ->
                new RetentionForecast(
                    row.getLong("streams"),
                    row.getLong("events"),
                    row.getLong("bytes"),
                    row.getLong("held_streams"),
                    row.getLong("held_events"),
                    List.of((String[]) row.getArray("held_by").getArray())))
            .one());
  }

  /**
   * Makes one pass.
   *
   * @return how many events were removed
   */
  public long removeExpired() {
    List<StreamId> expired = database.read(this::expired);
    long removed = 0;
    for (StreamId stream : expired) {
      removed += empty(stream);
    }
    if (removed > 0) {
      LOG.atInfo()
          .addKeyValue("streams", expired.size())
          .addKeyValue("events", removed)
          .log("events of finished flows were removed");
    }
    return removed;
  }

  private long empty(StreamId stream) {
    long removed = 0;
    Removed part;
    do {
      part =
          database.inTransaction(tx ->
              tx.handle()
                  .createQuery("select removed, remaining from skein_remove_events(:stream, :most)")
                  .bind("stream", stream.value())
                  .bind("most", policy.eventsAtOnce())
                  .map((row, context) ->
                      new Removed(row.getLong("removed"), row.getBoolean("remaining")))
                  .one());
      removed += part.events();
    } while (part.remaining() && !Thread.currentThread().isInterrupted());
    return removed;
  }

  private List<StreamId> expired(Handle handle) {
    return handle
        .createQuery(
            """
            select stream_id from skein_expired_streams(:keep::interval)
            where held_by = '{}' limit :most
            """)
        .bind("keep", SqlTime.interval(policy.keep()))
        .bind("most", policy.streamsAtOnce())
        .mapTo(UUID.class)
        .map(StreamId::new)
        .list();
  }

  private record Removed(long events, boolean remaining) {}
}
