package io.skein.events;

import io.skein.postgres.TraceParent;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A committed event.
 *
 * @param stream whose history it belongs to
 * @param id its epoch and sequence
 * @param eventId unique over all streams
 * @param stateVersion version of the flow's state after it; its own sequence if it changed the
 *     state
 * @param type what happened
 * @param phase the phase it belongs to
 * @param payloadJson a JSON object
 * @param source which part of the system said so
 * @param correlationId ties it to a request
 * @param trace of the request or run that said so
 * @param occurredAt when it was appended, by PostgreSQL's clock
 */
public record StoredEvent(
    StreamId stream,
    EventId id,
    UUID eventId,
    long stateVersion,
    String type,
    @Nullable String phase,
    String payloadJson,
    String source,
    @Nullable String correlationId,
    @Nullable TraceParent trace,
    Instant occurredAt) {

  /** Its place in the stream. */
  public Sequence sequence() {
    return id.sequence();
  }

  long seq() {
    return id.sequence().value();
  }
}
