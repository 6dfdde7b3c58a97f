package io.skein.events;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps everything that one subscription to a tenant's feed was told. */
final class FeedRecorder implements FeedListener {
  final List<FeedEntry> entries = new CopyOnWriteArrayList<>();
  final List<FeedHead> resets = new CopyOnWriteArrayList<>();

  @Override
  public void entries(List<FeedEntry> next) {
    entries.addAll(next);
  }

  @Override
  public void reset(FeedHead head) {
    resets.add(head);
  }

  List<FeedPosition> places() {
    return entries.stream().map(FeedEntry::place).toList();
  }

  List<Long> sequencesOf(StreamId stream) {
    return entries.stream()
        .map(FeedEntry::event)
        .filter(event -> event.stream().equals(stream))
        .map(StoredEvent::seq)
        .toList();
  }
}
