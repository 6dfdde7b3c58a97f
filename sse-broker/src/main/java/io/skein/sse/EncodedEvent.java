package io.skein.sse;

import io.skein.events.StoredEvent;
import io.skein.events.StreamId;
import org.jspecify.annotations.Nullable;

/**
 * An event as all watchers of a hub share it.
 *
 * @param place in what the hub follows
 * @param engagement that its flow is in; null when it is not known or does not matter
 * @param frame what goes over the wire
 */
record EncodedEvent<P>(
    P place,
    StreamId stream,
    @Nullable String engagement,
    String type,
    @Nullable String phase,
    byte[] frame) {

  static <P> EncodedEvent<P> of(
      P place, StoredEvent event, @Nullable String engagement, byte[] frame) {
    return new EncodedEvent<>(
        place, event.stream(), engagement, event.type(), event.phase(), frame);
  }
}
