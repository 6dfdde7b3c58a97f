package io.skein.events;

import io.skein.postgres.TraceParent;
import org.jspecify.annotations.Nullable;

/**
 * An event that is to be appended.
 *
 * @param type what happened, 1 to 200 characters, for example {@code phase_started}
 * @param phase the phase it belongs to
 * @param payloadJson a JSON object, kept byte by byte; at most 1 MiB as UTF-8, which PostgreSQL
 *     checks
 * @param source which part of the system says so
 * @param correlationId ties it to a request
 * @param trace of the request or run that says so
 * @param changesState whether the flow's state changed with it; its sequence is then the state's
 *     new version
 */
public record NewEvent(
    String type,
    @Nullable String phase,
    String payloadJson,
    String source,
    @Nullable String correlationId,
    @Nullable TraceParent trace,
    boolean changesState) {

  public NewEvent {
    if (type.isEmpty() || type.length() > 200) {
      throw new IllegalArgumentException("a type has 1 to 200 characters, not " + type.length());
    }
  }

  /** An event without payload that leaves the state as it is. */
  public static NewEvent of(String type) {
    return new NewEvent(type, null, "{}", "skein", null, null, false);
  }

  public NewEvent withPhase(@Nullable String newPhase) {
    return new NewEvent(type, newPhase, payloadJson, source, correlationId, trace, changesState);
  }

  public NewEvent withPayload(String newPayloadJson) {
    return new NewEvent(type, phase, newPayloadJson, source, correlationId, trace, changesState);
  }

  public NewEvent withSource(String newSource) {
    return new NewEvent(type, phase, payloadJson, newSource, correlationId, trace, changesState);
  }

  public NewEvent withCorrelationId(@Nullable String newCorrelationId) {
    return new NewEvent(type, phase, payloadJson, source, newCorrelationId, trace, changesState);
  }

  public NewEvent withTrace(@Nullable TraceParent newTrace) {
    return new NewEvent(type, phase, payloadJson, source, correlationId, newTrace, changesState);
  }

  /** The same event, told together with a change of the flow's state. */
  public NewEvent changingState() {
    return new NewEvent(type, phase, payloadJson, source, correlationId, trace, true);
  }
}
