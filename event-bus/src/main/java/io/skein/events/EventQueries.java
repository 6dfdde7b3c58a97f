package io.skein.events;

import io.skein.postgres.Database;
import java.util.List;
import java.util.Optional;

/** Looks things up in the history of a stream, in PostgreSQL. Thread safe. */
public final class EventQueries {
  private final Database database;
  private final EventFeed feed;

  EventQueries(Database database, EventFeed feed) {
    this.database = database;
    this.feed = feed;
  }

  /**
   * A page of events that may be shown to clients.
   *
   * @param position how far the stream had come before the page was read
   * @param events in the order of the query, none beyond that position; fewer than its limit when
   *     they are large
   * @param more whether the query has further events, of which {@link EventQuery#following} begins
   */
  public record Page(Position position, List<StoredEvent> events, boolean more) {}

  /**
   * Finds events. Redis answers no state that is older than they are.
   *
   * @return empty when there is no such stream
   */
  public Optional<Page> find(StreamId stream, EventQuery query) {
    return feed.position(stream)
        .map(position -> {
          EventRows.Found found =
              database.read(handle -> EventRows.find(handle, stream, query, position.last()));
          return new Page(position, found.events(), found.more());
        });
  }

  /**
   * The latest events, the newest first.
   *
   * @param limit 1 to {@link EventQuery#MAX_LIMIT}
   * @return also empty when there is no such stream
   */
  public List<StoredEvent> latest(StreamId stream, int limit) {
    return find(stream, EventQuery.newest(limit)).map(Page::events).orElse(List.of());
  }
}
