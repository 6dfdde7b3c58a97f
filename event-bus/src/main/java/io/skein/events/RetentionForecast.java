package io.skein.events;

import java.util.List;

/**
 * What retention would do now.
 *
 * @param streams whose events it would remove
 * @param events that it would remove
 * @param bytes that these take in the table, without its indexes
 * @param heldStreams that are old enough but not processed by all consumer groups
 * @param heldEvents of these
 * @param heldBy those groups, as {@code tenant/name}
 */
public record RetentionForecast(
    long streams,
    long events,
    long bytes,
    long heldStreams,
    long heldEvents,
    List<String> heldBy) {}
