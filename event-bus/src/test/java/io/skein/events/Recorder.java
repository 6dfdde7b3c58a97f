package io.skein.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Keeps everything that one subscription was told. */
final class Recorder implements EventListener {
  final List<StoredEvent> events = new CopyOnWriteArrayList<>();
  final List<Position> ends = new CopyOnWriteArrayList<>();
  final List<Position> resets = new CopyOnWriteArrayList<>();
  final List<AgentUpdate> progress = new CopyOnWriteArrayList<>();
  @Nullable Subscription subscription;

  @Override
  public void events(List<StoredEvent> next) {
    events.addAll(next);
  }

  @Override
  public void closed(Position end) {
    ends.add(end);
  }

  @Override
  public void reset(Position position) {
    resets.add(position);
  }

  @Override
  public void progress(AgentUpdate update) {
    progress.add(update);
  }

  List<Long> sequences() {
    return events.stream().map(StoredEvent::seq).toList();
  }

  /** Waits for the last one, then demands each exactly once and in order. */
  void awaitExactly(long from, long to, Duration limit) {
    await()
        .atMost(limit)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> !events.isEmpty() && events.getLast().seq() >= to);
    assertThat(sequences()).isEqualTo(LongStream.rangeClosed(from, to).boxed().toList());
  }
}
