package io.skein.events;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.List;

/**
 * What arrives on a stream's channel, for the subscriptions of this process to that stream; the
 * kinds of messages are those of {@code append_events.lua}.
 */
final class FlowChannel implements RedisFeedConnection.Receiver {
  private final StreamId stream;
  private final EventFeed feed;

  FlowChannel(StreamId stream, EventFeed feed) {
    this.stream = stream;
    this.feed = feed;
  }

  @Override
  public void subscribed() {
    feed.compareSoon(stream);
    feed.subscriptions(stream).forEach(StreamSubscription::progressMissed);
  }

  @Override
  public void received(byte[] message) {
    switch (message[0]) {
      case 'E' -> events(message);
      case 'C' -> end(message);
      case 'P' -> progress(message);
      default -> feed.subscriptions(stream).forEach(StreamSubscription::askPostgres);
    }
  }

  private void events(byte[] message) {
    List<StoredEvent> events = EventFrames.decode(stream, message, 1);
    for (StreamSubscription subscription : feed.subscriptions(stream)) {
      if (events.isEmpty()) {
        subscription.askPostgres(); // written by a newer version of this software
      } else {
        subscription.heard(events);
      }
    }
  }

  private void end(byte[] message) {
    String[] parts = new String(message, 1, message.length - 1, US_ASCII).split(" ", 3);
    Position end =
        new Position(
            new Epoch(Long.parseLong(parts[0])),
            new Sequence(Long.parseLong(parts[1])),
            Long.parseLong(parts[2]),
            true);
    feed.subscriptions(stream).forEach(subscription -> subscription.heardEnd(end));
  }

  private void progress(byte[] message) {
    AgentUpdateJson.read(message, 1)
        .ifPresent(update ->
            feed.subscriptions(stream).forEach(subscription -> subscription.observed(update)));
  }
}
