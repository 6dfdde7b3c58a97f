package io.skein.sse;

import io.skein.events.AgentUpdate;
import io.skein.events.Epoch;
import io.skein.events.FeedEntry;
import io.skein.events.FeedHead;
import io.skein.events.FeedListener;
import io.skein.events.FeedPosition;
import io.skein.events.FeedSubscription;
import io.skein.events.StoredEvent;
import io.skein.events.StreamId;
import io.skein.events.TenantFeed;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Chosen flows of a tenant, or all of one engagement, on the tenant's feed. */
final class FeedSource implements Source<FeedPosition> {
  private final Viewer viewer;
  private final Set<StreamId> chosen;
  private final TenantFeed feed;
  private final FeedFlows flows;
  private final Engagements engagements;
  private final SseSettings settings;
  private final Hubs<String, FeedPosition> hubs;
  private final FeedHead head;

  /**
   * @param chosen empty for all of the viewer's engagement
   * @param head of the feed when the client came
   */
  FeedSource(
      Viewer viewer,
      Set<StreamId> chosen,
      TenantFeed feed,
      FeedFlows flows,
      Engagements engagements,
      SseSettings settings,
      Hubs<String, FeedPosition> hubs,
      FeedHead head) {
    this.viewer = viewer;
    this.chosen = Set.copyOf(chosen);
    this.feed = feed;
    this.flows = flows;
    this.engagements = engagements;
    this.settings = settings;
    this.hubs = hubs;
    this.head = head;
  }

  @Override
  public Set<StreamId> flows() {
    return chosen;
  }

  @Override
  public Hub<FeedPosition> join(SseStream watcher) {
    return hubs.join(
        viewer.tenant(),
        watcher,
        () -> {
          Hub<FeedPosition> hub = new Hub<>(head.epoch(), head.top(), settings);
          Feeding feeding = new Feeding(hub, engagements);
          FeedSubscription running =
              feed.subscribe(viewer.tenant(), head.epoch(), head.top(), feeding);
          hub.fedBy(running::close);
          return hub;
        });
  }

  @Override
  public void leave(SseStream watcher) {
    hubs.leave(viewer.tenant(), watcher);
  }

  @Override
  public byte[] hello(Present<FeedPosition> present, FeedPosition from, boolean lost) {
    return SseFrames.feedHello(settings.retry(), from, present, lost);
  }

  @Override
  public Present<FeedPosition> present() {
    FeedHead now = feed.head(viewer.tenant());
    return new Present<>(now.epoch(), now.top());
  }

  @Override
  public byte[] reset(Present<FeedPosition> present) {
    return SseFrames.feedReset(present, flows.snapshot(viewer, chosen));
  }

  @Override
  public Portion<FeedPosition> page(
      Epoch epoch, FeedPosition after, FeedPosition upTo, Wanted wanted) {
    Portion<FeedPosition> portion = new Portion<>(after);
    List<FeedEntry> entries =
        feed.read(viewer.tenant(), chosen, after, settings.pageEvents(), settings.pageBytes());
    // Read after the entries, so that it tells what was removed before they were read.
    FeedHead now = feed.head(viewer.tenant());
    if (!now.epoch().equals(epoch) || !now.continues(after)) {
      return portion;
    }
    Map<StreamId, String> known = engagements.of(streams(entries));
    for (FeedEntry entry : entries) {
      if (entry.place().compareTo(upTo) > 0) {
        break;
      }
      StoredEvent event = entry.event();
      if (wanted.takes(event.stream(), known.get(event.stream()), event.type(), event.phase())) {
        portion.take(entry.place(), SseFrames.feedEvent(entry));
      } else {
        portion.skip(entry.place());
      }
    }
    if (portion.reached().equals(after)) {
      portion.skip(upTo); // of the chosen flows there is nothing more
    }
    return portion;
  }

  /** The progress of agents comes on the streams of single flows only. */
  @Override
  public Optional<List<AgentUpdate>> progress() {
    return Optional.of(List.of());
  }

  @Override
  public String toString() {
    return "feed of " + viewer.tenant();
  }

  private static Collection<StreamId> streams(List<FeedEntry> entries) {
    return entries.stream().map(entry -> entry.event().stream()).collect(Collectors.toSet());
  }

  /** Passes on to the hub what the feed tells. */
  private record Feeding(Hub<FeedPosition> hub, Engagements engagements) implements FeedListener {
    @Override
    public void entries(List<FeedEntry> entries) {
      Map<StreamId, String> known = engagements.of(streams(entries));
      hub.push(
          entries.stream()
              .map(entry ->
                  EncodedEvent.of(
                      entry.place(),
                      entry.event(),
                      known.get(entry.event().stream()),
                      SseFrames.feedEvent(entry)))
              .toList());
    }

    @Override
    public void reset(FeedHead head) {
      hub.restart(head.epoch(), head.top());
    }
  }
}
