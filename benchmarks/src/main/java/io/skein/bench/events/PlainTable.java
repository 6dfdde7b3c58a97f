package io.skein.bench.events;

import io.skein.events.NewEvent;
import io.skein.events.StreamId;
import io.skein.postgres.Database;
import io.skein.postgres.Identifiers;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** The rival: rows of events in a table like theirs, and nothing else that Skein does. */
final class PlainTable {
  private static final String CREATE =
      "create table bench_plain_events (like events including all)";

  private static final String INSERT =
      """
      insert into bench_plain_events (stream_id, seq, event_id, state_version, type, payload, source, occurred_at)
      select :stream, :first + b.i, b.id, 0, b.type, b.payload::json, b.source, now()
      from unnest(:ids, :types, :payloads, :sources) with ordinality b (id, type, payload, source, i)
      """;

  private final Database database;
  private final AtomicLong sequences = new AtomicLong();

  private PlainTable(Database database) {
    this.database = database;
  }

  static PlainTable create(Database database) {
    database.useTransaction(transaction -> transaction.handle().execute(CREATE));
    return new PlainTable(database);
  }

  /** One statement, one transaction. */
  void insert(StreamId stream, List<NewEvent> batch) {
    UUID[] ids = batch.stream().map(event -> Identifiers.next()).toArray(UUID[]::new);
    database.useTransaction(transaction ->
        transaction
            .handle()
            .createUpdate(INSERT)
            .bind("stream", stream.value())
            .bind("first", sequences.getAndAdd(batch.size()))
            .bindArray("ids", UUID.class, (Object[]) ids)
            .bindArray("types", String.class, column(batch, NewEvent::type))
            .bindArray("payloads", String.class, column(batch, NewEvent::payloadJson))
            .bindArray("sources", String.class, column(batch, NewEvent::source))
            .execute());
  }

  private static Object[] column(List<NewEvent> batch, Function<NewEvent, String> value) {
    return batch.stream().map(value).toArray();
  }
}
