package io.skein.local.demo;

/**
 * One message of an event stream.
 *
 * @param event {@code message} when the server named none
 * @param lastEventId the last id seen on this stream so far, empty before the first
 */
public record SseMessage(String event, String data, String lastEventId) {}
