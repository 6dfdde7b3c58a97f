package io.skein.events;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/** Rows of the feed across flows as values. */
final class FeedRows {
  private static final RowMapper<FeedEntry> ENTRY =
      (row, context) ->
          new FeedEntry(
              new FeedPosition(row.getLong("position"), row.getLong("seq")),
              EventRows.EVENT.map(row, context));

  private static final RowMapper<FeedHead> HEAD =
      (row, context) ->
          new FeedHead(
              new Epoch(row.getLong("epoch")),
              new FeedPosition(row.getLong("position"), row.getLong("seq")),
              new FeedPosition(row.getLong("floor_position"), row.getLong("floor_seq")));

  private FeedRows() {}

  /**
   * The part of a feed that a reader wants.
   *
   * @param parts in how many parts the streams are divided; 1 for all of them
   * @param part which one, from 0
   */
  record Part(String tenant, int parts, int part) {
    static Part all(String tenant) {
      return new Part(tenant, 1, 0);
    }
  }

  /** Entries in order, at most {@code limit}, fewer when they are large; empty at the end only. */
  static List<FeedEntry> read(Handle handle, Part part, FeedPosition after, int limit) {
    return read(handle, part, Set.of(), after, limit, EventRows.PAGE_BYTES);
  }

  /**
   * The same of some streams only; of all when none is named.
   *
   * @param bytes of payloads beyond which it takes no further entry
   */
  static List<FeedEntry> read(
      Handle handle, Part part, Set<StreamId> streams, FeedPosition after, int limit, long bytes) {
    return handle
        .createQuery(
            """
            select (select epoch from epochs) as epoch, position, stream_id, seq, event_id,
                   state_version, type, phase, payload, source, correlation_id, traceparent,
                   occurred_at
            from (
              select *, sum(octet_length(payload::text)) over (order by position, seq rows
                  between unbounded preceding and 1 preceding) as bytes_before
              from (
                select a.position, e.*
                from (
                  select *, coalesce(sum(to_seq - first_seq + 1) over (order by position rows
                      between unbounded preceding and 1 preceding), 0) as events_before
                  from (
                    select position, stream_id, to_seq,
                           case position when :position then greatest(from_seq, :seq + 1)
                                         else from_seq end as first_seq
                    from feed
                    where tenant = :tenant and position >= :position
                      and slot % :parts = :part and (position > :position or to_seq > :seq)
                      and (:all or stream_id = any(:streams))
                    order by position limit :limit) most_appends) a
                cross join lateral (
                  select * from events
                  where stream_id = a.stream_id and seq between a.first_seq and a.to_seq
                  order by seq limit greatest(:limit - a.events_before, 0)) e
                where a.events_before < :limit) most) page
            where coalesce(bytes_before, 0) < :bytes order by position, seq
            """)
        .bind("tenant", part.tenant())
        .bind("parts", part.parts())
        .bind("part", part.part())
        .bind("all", streams.isEmpty())
        .bindArray("streams", UUID.class, streams.stream().map(StreamId::value).toArray())
        .bind("position", after.position())
        .bind("seq", after.seq())
        .bind("limit", limit)
        .bind("bytes", bytes)
        .map(ENTRY)
        .list();
  }

  /** The heads of these tenants' feeds, from one statement; one without events is at the start. */
  static Map<String, FeedHead> heads(Handle handle, Collection<String> tenants) {
    Map<String, FeedHead> heads = new HashMap<>();
    handle
        .createQuery(
            """
            select t.tenant, (select epoch from epochs) as epoch, coalesce(h.position, 0) as position,
                   coalesce(h.seq, 0) as seq, coalesce(h.floor_position, 0) as floor_position,
                   coalesce(h.floor_seq, 0) as floor_seq
            from unnest(:tenants) t (tenant) left join feed_heads h on h.tenant = t.tenant
            """)
        .bindArray("tenants", String.class, tenants.toArray())
        .map((row, context) -> Map.entry(row.getString("tenant"), HEAD.map(row, context)))
        .forEach(entry -> heads.put(entry.getKey(), entry.getValue()));
    return heads;
  }

  /** The tenants with appends that wait for their position; one step of the index each. */
  static List<String> waitingTenants(Handle handle) {
    return handle
        .createQuery(
            """
            with recursive waiting (tenant) as (
              (select tenant from feed_waiting order by tenant limit 1)
              union all
              select (select f.tenant from feed_waiting f where f.tenant > w.tenant
                      order by f.tenant limit 1)
              from waiting w where w.tenant is not null)
            select tenant from waiting where tenant is not null
            """)
        .mapTo(String.class)
        .list();
  }
}
