package io.skein.events;

import io.skein.postgres.TraceParent;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/** Rows of the journal's tables as values. */
final class EventRows {
  static final RowMapper<Position> POSITION =
      (row, context) ->
          new Position(
              new Epoch(row.getLong("epoch")),
              new Sequence(row.getLong("last_seq")),
              row.getLong("state_version"),
              row.getBoolean("closed"));

  static final RowMapper<StoredEvent> EVENT =
      (row, context) ->
          new StoredEvent(
              new StreamId(row.getObject("stream_id", UUID.class)),
              new EventId(new Epoch(row.getLong("epoch")), new Sequence(row.getLong("seq"))),
              row.getObject("event_id", UUID.class),
              row.getLong("state_version"),
              row.getString("type"),
              row.getString("phase"),
              row.getString("payload"),
              row.getString("source"),
              row.getString("correlation_id"),
              TraceParent.parse(row.getString("traceparent")).orElse(null),
              row.getTimestamp("occurred_at").toInstant());

  /** Payloads of a page beyond which it takes no further event; one may have 1 MiB. */
  static final long PAGE_BYTES = 4L << 20;

  private EventRows() {}

  static List<StoredEvent> read(
      Handle handle, StreamId stream, Sequence after, int limit, long bytes) {
    return handle
        .createQuery(
            """
            select (select epoch from epochs) as epoch, stream_id, seq, event_id, state_version,
                   type, phase, payload, source, correlation_id, traceparent,
                   occurred_at
            from (
              select *, sum(octet_length(payload::text)) over (order by seq rows
                  between unbounded preceding and 1 preceding) as bytes_before
              from (
                select * from events
                where stream_id = :stream and seq > :after order by seq limit :limit) most) page
            where coalesce(bytes_before, 0) < :bytes order by seq
            """)
        .bind("bytes", bytes)
        .bind("stream", stream.value())
        .bind("after", after.value())
        .bind("limit", limit)
        .map(EVENT)
        .list();
  }

  /**
   * @param more whether the query has further events
   */
  record Found(List<StoredEvent> events, boolean more) {}

  /**
   * The events of a query up to a sequence, bounded in bytes as the pages of {@link #read} are. The
   * stream's own index is enough: to pass over 200,000 events of one stream took 40 ms.
   */
  static Found find(Handle handle, StreamId stream, EventQuery query, Sequence last) {
    String direction = query.order() == EventQuery.Order.OLDEST ? "asc" : "desc";
    Sequence before = query.before();
    List<Map.Entry<StoredEvent, Long>> rows =
        handle
            .createQuery(
                """
                select (select epoch from epochs) as epoch, stream_id, seq, event_id, state_version,
                       type, phase, payload, source, correlation_id, traceparent,
                   occurred_at, found
                from (
                  select *, count(*) over () as found,
                         coalesce(sum(octet_length(payload::text)) over (order by seq %1$s rows
                             between unbounded preceding and 1 preceding), 0) as bytes_before
                  from (
                    select * from events
                    where stream_id = :stream and seq > :after and seq < :before
                      and (cardinality(:types) = 0 or type = any(:types))
                      and (cardinality(:phases) = 0 or phase = any(:phases))
                      and (:since::timestamptz is null or occurred_at >= :since::timestamptz)
                      and (:until::timestamptz is null or occurred_at < :until::timestamptz)
                    order by seq %1$s limit :limit + 1) most) page
                where bytes_before < :bytes order by seq %1$s limit :limit
                """
                    .formatted(direction))
            .bind("stream", stream.value())
            .bind("after", query.after().value())
            .bind(
                "before",
                Math.min(before == null ? Long.MAX_VALUE : before.value(), last.value() + 1))
            .bindArray("types", String.class, query.types().toArray())
            .bindArray("phases", String.class, query.phases().toArray())
            .bind("since", query.since())
            .bind("until", query.until())
            .bind("limit", query.limit())
            .bind("bytes", PAGE_BYTES)
            .map((row, context) -> Map.entry(EVENT.map(row, context), row.getLong("found")))
            .list();
    boolean more = !rows.isEmpty() && rows.getFirst().getValue() > rows.size();
    return new Found(rows.stream().map(Map.Entry::getKey).toList(), more);
  }

  static Map<StreamId, Position> positions(Handle handle, Collection<StreamId> streams) {
    Map<StreamId, Position> positions = new HashMap<>();
    Object[] ids = streams.stream().map(StreamId::value).toArray();
    handle
        .createQuery(
            """
            select id, (select epoch from epochs) as epoch, last_seq, state_version, closed
            from streams where id = any(:ids)
            """)
        .bindArray("ids", UUID.class, ids)
        .map((row, context) ->
            Map.entry(new StreamId(row.getObject("id", UUID.class)), POSITION.map(row, context)))
        .forEach(entry -> positions.put(entry.getKey(), entry.getValue()));
    return positions;
  }

  /** The rows that an append has just written, without reading them back. */
  static CommittedBatch committed(
      StreamId stream, List<NewEvent> events, UUID[] ids, ResultSet answer) throws SQLException {
    Epoch epoch = new Epoch(answer.getLong("epoch"));
    long first = answer.getLong("first_seq");
    long version = answer.getLong("version_before");
    Instant occurredAt = answer.getTimestamp("occurred_at").toInstant();
    List<StoredEvent> stored = new ArrayList<>(events.size());
    for (int i = 0; i < events.size(); i++) {
      NewEvent event = events.get(i);
      Sequence sequence = new Sequence(first + i);
      version = event.changesState() ? sequence.value() : version;
      stored.add(
          new StoredEvent(
              stream,
              new EventId(epoch, sequence),
              ids[i],
              version,
              event.type(),
              event.phase(),
              event.payloadJson(),
              event.source(),
              event.correlationId(),
              event.trace(),
              occurredAt));
    }
    Position position =
        new Position(epoch, stored.getLast().sequence(), answer.getLong("state_version"), false);
    return new CommittedBatch(stream, position, List.copyOf(stored));
  }
}
