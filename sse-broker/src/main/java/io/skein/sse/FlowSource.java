package io.skein.sse;

import io.skein.events.AgentUpdate;
import io.skein.events.Epoch;
import io.skein.events.EventBus;
import io.skein.events.EventListener;
import io.skein.events.Position;
import io.skein.events.Sequence;
import io.skein.events.StoredEvent;
import io.skein.events.StreamId;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The history of one flow. */
final class FlowSource implements Source<Sequence> {
  private final StreamId stream;
  private final EventBus bus;
  private final SnapshotSource snapshots;
  private final SseSettings settings;
  private final Hubs<StreamId, Sequence> hubs;
  private final Position position;

  /**
   * @param position of the stream when the client came
   */
  FlowSource(
      StreamId stream,
      EventBus bus,
      SnapshotSource snapshots,
      SseSettings settings,
      Hubs<StreamId, Sequence> hubs,
      Position position) {
    this.stream = stream;
    this.bus = bus;
    this.snapshots = snapshots;
    this.settings = settings;
    this.hubs = hubs;
    this.position = position;
  }

  @Override
  public Set<StreamId> flows() {
    return Set.of(stream);
  }

  @Override
  public Hub<Sequence> join(SseStream watcher) {
    return hubs.join(
        stream,
        watcher,
        () -> {
          Hub<Sequence> hub = new Hub<>(position.epoch(), position.last(), settings);
          hub.fedBy(
              bus.feed().subscribe(stream, position.epoch(), position.last(), new Feeding(hub))
                  ::close);
          return hub;
        });
  }

  @Override
  public void leave(SseStream watcher) {
    hubs.leave(stream, watcher);
  }

  @Override
  public byte[] hello(Present<Sequence> present, Sequence from, boolean lost) {
    return SseFrames.hello(settings.retry(), from, present, lost);
  }

  @Override
  public Present<Sequence> present() {
    Position now =
        bus.feed()
            .position(stream)
            .orElseThrow(() -> new IllegalStateException("stream " + stream + " is gone"));
    return new Present<>(now.epoch(), now.last());
  }

  @Override
  public byte[] reset(Present<Sequence> present) {
    return SseFrames.reset(present, snapshots.load(stream));
  }

  @Override
  public Portion<Sequence> page(Epoch epoch, Sequence after, Sequence upTo, Wanted wanted) {
    Portion<Sequence> portion = new Portion<>(after);
    List<StoredEvent> page =
        bus.journal().read(stream, after, settings.pageEvents(), settings.pageBytes());
    for (StoredEvent event : page) {
      // What the hub has not heard of may be newer than the state that Redis would answer with.
      if (!event.id().epoch().equals(epoch) || event.sequence().compareTo(upTo) > 0) {
        break;
      }
      if (wanted.takes(stream, null, event.type(), event.phase())) {
        portion.take(event.sequence(), SseFrames.event(event));
      } else {
        portion.skip(event.sequence());
      }
    }
    return portion;
  }

  @Override
  public Optional<List<AgentUpdate>> progress() {
    return bus.feed().live() ? Optional.of(bus.progress().snapshot(stream)) : Optional.empty();
  }

  @Override
  public String toString() {
    return stream.toString();
  }

  /** Passes on to the hub what the bus tells. */
  private record Feeding(Hub<Sequence> hub) implements EventListener {
    @Override
    public void events(List<StoredEvent> events) {
      hub.push(
          events.stream()
              .map(event -> EncodedEvent.of(event.sequence(), event, null, SseFrames.event(event)))
              .toList());
    }

    @Override
    public void closed(Position end) {
      hub.finish(end.last(), SseFrames.end(end));
    }

    @Override
    public void reset(Position position) {
      hub.restart(position.epoch(), position.last());
    }

    @Override
    public void gone() {
      hub.dismiss();
    }

    @Override
    public void progress(AgentUpdate update) {
      hub.progress(update);
    }

    @Override
    public void progressMissed() {
      hub.progressMissed();
    }
  }
}
