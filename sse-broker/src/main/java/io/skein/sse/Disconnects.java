package io.skein.sse;

import io.skein.postgres.Database;
import io.skein.postgres.SqlTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Wishes to end a user's streams, in PostgreSQL, so that they reach every instance without Redis.
 * Each wish is carried out once by each instance, on the streams of that moment. Not thread safe
 * but {@link #wish}.
 */
final class Disconnects {
  /** A row may become visible this much later than its time: longer than any transaction. */
  private static final String LATEST_COMMIT = "65 seconds";

  private static final Duration BETWEEN_REMOVALS = Duration.ofMinutes(1);

  private final Database database;
  private final ServedStreams served;
  private Set<Long> done = Set.of();
  private @Nullable Instant readAt;
  private @Nullable Instant removedAt;

  Disconnects(Database database, ServedStreams served) {
    this.database = database;
    this.served = served;
  }

  private record Wish(long id, String tenant, String user) {}

  void wish(String tenant, String user) {
    database.useTransaction(transaction ->
        transaction
            .handle()
            .createUpdate(
                """
                insert into stream_disconnects (tenant, user_name, at)
                values (:tenant, :user, skein_now())
                """)
            .bind("tenant", tenant)
            .bind("user", user)
            .execute());
  }

  /** Carries out what was wished since the last call; what was wished before the first is past. */
  void carryOut() {
    database.read(handle -> {
      read(handle);
      return true;
    });
  }

  private void read(Handle handle) {
    Instant now = SqlTime.now(handle);
    Instant before = readAt;
    List<Wish> wishes =
        handle
            .createQuery(
                """
                select id, tenant, user_name from stream_disconnects
                where at > :since::timestamptz - :late::interval
                """)
            .bind("since", before == null ? now : before)
            .bind("late", LATEST_COMMIT)
            .map((row, context) ->
                new Wish(row.getLong("id"), row.getString("tenant"), row.getString("user_name")))
            .list();
    Set<Long> seen = new HashSet<>();
    for (Wish wish : wishes) {
      seen.add(wish.id());
      if (before != null && !done.contains(wish.id())) {
        served.disconnect(wish.tenant(), wish.user());
      }
    }
    done = seen;
    readAt = now;
    removeOld(handle, now);
  }

  private void removeOld(Handle handle, Instant now) {
    if (removedAt == null || removedAt.plus(BETWEEN_REMOVALS).isBefore(now)) {
      handle.execute("delete from stream_disconnects where at < skein_now() - interval '1 hour'");
      removedAt = now;
    }
  }
}
