package io.skein.events;

import io.skein.postgres.Database;
import io.skein.postgres.Identifiers;
import io.skein.postgres.TraceParent;
import io.skein.postgres.Transaction;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The truth about events: tables in PostgreSQL. Appending is part of the caller's transaction; what
 * was committed is handed to the relay, and the sweep finds what the relay lost. Thread safe.
 */
public final class Journal {
  private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

  /** The largest batch of one append. */
  public static final int MAX_BATCH = 10_000;

  private static final String APPEND =
      """
      select epoch, first_seq, last_seq, version_before, state_version, occurred_at
      from skein_append_all(:stream, :ids, :types, :payloads, :phases, :sources, :correlations,
                            :traceparents, :changes)
      """;

  private final Database database;
  private final HandOver handOver;

  Journal(Database database, HandOver handOver) {
    this.database = database;
    this.handOver = handOver;
  }

  /** A journal for a process without a relay: watchers see its events through the sweep. */
  public static Journal withoutRelay(Database database) {
    return new Journal(database, batch -> {});
  }

  /** Takes what was committed; must not block. */
  @FunctionalInterface
  interface HandOver {
    void committed(CommittedBatch batch);
  }

  /**
   * Opens a stream.
   *
   * @throws UnableToExecuteStatementException when there is one of this id
   */
  public void open(Transaction transaction, StreamId stream, String tenant) {
    transaction
        .handle()
        .createUpdate(
            "insert into streams (id, tenant, changed_at) values (:id, :tenant, skein_now())")
        .bind("id", stream.value())
        .bind("tenant", tenant)
        .execute();
  }

  /**
   * Appends events in order. The stream's row stays locked until the transaction ends, so sequence
   * order is commit order and a rollback leaves no gap.
   *
   * @param events 1 to {@link #MAX_BATCH}
   * @throws AppendRefusedException when the stream is unknown or closed, or an event is not allowed
   */
  public Appended append(Transaction transaction, StreamId stream, List<NewEvent> events) {
    if (events.isEmpty() || events.size() > MAX_BATCH) {
      throw new IllegalArgumentException("a batch has 1 to 10000 events, not " + events.size());
    }
    UUID[] ids = events.stream().map(event -> Identifiers.next()).toArray(UUID[]::new);
    CommittedBatch batch = insert(transaction.handle(), stream, events, ids);
    transaction.afterCommit(() -> handOver.committed(batch));
    return new Appended(
        batch.position().epoch(),
        batch.events().getFirst().sequence(),
        batch.position().last(),
        batch.position().stateVersion());
  }

  /**
   * Closes a stream for good: its last event is the final one. Closing twice changes nothing.
   *
   * @throws IllegalStateException when there is no such stream
   */
  public void close(Transaction transaction, StreamId stream) {
    Position position =
        transaction
            .handle()
            .createQuery(
                """
                update streams set closed = true, changed_at = skein_now() where id = :id
                returning (select epoch from epochs), last_seq, state_version, closed
                """)
            .bind("id", stream.value())
            .map(EventRows.POSITION)
            .findOne()
            .orElseThrow(() -> new IllegalStateException("there is no stream " + stream));
    CommittedBatch batch = new CommittedBatch(stream, position, List.of());
    transaction.afterCommit(() -> handOver.committed(batch));
  }

  /**
   * Reads events in order from PostgreSQL.
   *
   * @param after the sequence before the first one wanted
   * @param limit the most to answer
   * @return without a gap, fewer than {@code limit} when they are large; empty only at the end of
   *     the stream, for an unknown one, and where retention has removed the rest
   */
  public List<StoredEvent> read(StreamId stream, Sequence after, int limit) {
    return read(stream, after, limit, EventRows.PAGE_BYTES);
  }

  /**
   * Reads events in order from PostgreSQL, for who keeps them for long.
   *
   * @param bytes of payloads beyond which the page takes no further event
   * @return as {@link #read(StreamId, Sequence, int)} does; at least the next event
   */
  public List<StoredEvent> read(StreamId stream, Sequence after, int limit, long bytes) {
    return database.read(handle -> EventRows.read(handle, stream, after, limit, bytes));
  }

  /** How far a stream has come; empty when there is none. */
  public Optional<Position> position(StreamId stream) {
    return Optional.ofNullable(positions(List.of(stream)).get(stream));
  }

  /** How far these streams have come, from one statement; unknown ones are left out. */
  public Map<StreamId, Position> positions(Collection<StreamId> streams) {
    return database.read(handle -> EventRows.positions(handle, streams));
  }

  /** Renews the epoch if PostgreSQL is not the server it was made on; answers the valid one. */
  public Epoch confirmEpoch() {
    return database.read(handle ->
        new Epoch(handle.createQuery("select skein_confirm_epoch()").mapTo(Long.class).one()));
  }

  /**
   * Renews an epoch in which commits were lost, unless somebody has done so; answers the valid one.
   */
  Epoch renewEpoch(Epoch lost) {
    return database.inTransaction(tx -> {
      Handle handle = tx.handle();
      long valid = handle.select("select epoch from epochs for update").mapTo(Long.class).one();
      if (valid != lost.millis()) {
        return new Epoch(valid);
      }
      LOG.error("PostgreSQL has lost commits; the epoch is renewed and every client is reset");
      return new Epoch(handle.select("select skein_renew_epoch()").mapTo(Long.class).one());
    });
  }

  private static CommittedBatch insert(
      Handle handle, StreamId stream, List<NewEvent> events, UUID[] ids) {
    try {
      return handle
          .createQuery(APPEND)
          .bind("stream", stream.value())
          .bindArray("ids", UUID.class, (Object[]) ids)
          .bindArray("types", String.class, column(events, NewEvent::type))
          .bindArray("payloads", String.class, column(events, NewEvent::payloadJson))
          .bindArray("phases", String.class, column(events, NewEvent::phase))
          .bindArray("sources", String.class, column(events, NewEvent::source))
          .bindArray("correlations", String.class, column(events, NewEvent::correlationId))
          .bindArray("traceparents", String.class, column(events, Journal::traceparent))
          .bindArray("changes", Boolean.class, column(events, NewEvent::changesState))
          .map((row, context) -> EventRows.committed(stream, events, ids, row))
          .one();
    } catch (UnableToExecuteStatementException e) {
      throw refusal(stream, e);
    }
  }

  private static @Nullable String traceparent(NewEvent event) {
    TraceParent trace = event.trace();
    return trace == null ? null : trace.toString();
  }

  private static @Nullable Object[] column(
      List<NewEvent> events, Function<NewEvent, @Nullable Object> value) {
    List<@Nullable Object> column = new ArrayList<>(events.size());
    for (NewEvent event : events) {
      column.add(value.apply(event));
    }
    return column.toArray();
  }

  private static RuntimeException refusal(StreamId stream, UnableToExecuteStatementException e) {
    if (!(e.getCause() instanceof SQLException cause)) {
      return e;
    }
    return switch (String.valueOf(cause.getSQLState())) {
      case "SK001" ->
          new AppendRefusedException(AppendRefusedException.Reason.UNKNOWN_STREAM, stream, cause);
      case "SK002" ->
          new AppendRefusedException(AppendRefusedException.Reason.CLOSED_STREAM, stream, cause);
      case "22P02", "22021", "23514" ->
          new AppendRefusedException(AppendRefusedException.Reason.BAD_EVENT, stream, cause);
      default -> e;
    };
  }
}
