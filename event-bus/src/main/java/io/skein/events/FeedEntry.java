package io.skein.events;

/**
 * An event in a tenant's feed.
 *
 * @param place where it stands among all of the tenant's events
 */
public record FeedEntry(FeedPosition place, StoredEvent event) {}
