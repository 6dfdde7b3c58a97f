package io.skein.events;

import io.skein.events.ChangedStreams.Changed;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The first part of a pass of the sweep: caches are told of every version that no relay has told
 * of, many streams in one round trip. Tails, which take longer, come after all of that. For one
 * thread.
 */
final class VersionRaising {
  private final ChangedStreams streams;
  private final RedisTail tail;
  private @Nullable Instant firstBehind;

  VersionRaising(ChangedStreams streams, RedisTail tail) {
    this.streams = streams;
    this.tail = tail;
  }

  /**
   * Raises the versions of all streams that changed since a time. A tail that ends where its stream
   * does was written together with the version; with the gate closed tails say nothing.
   *
   * @return when the earliest stream changed whose tail is not where it should be
   */
  Optional<Instant> raise(Epoch epoch, Instant since) {
    firstBehind = null;
    boolean unused = streams.since(since, page -> raise(epoch, page));
    return Optional.ofNullable(firstBehind);
  }

  private boolean raise(Epoch epoch, List<Changed> page) {
    List<Changed> behind = tail.open() ? behind(epoch, page) : page;
    if (!behind.isEmpty()) {
      Map<StreamId, Position> positions = new HashMap<>();
      behind.forEach(changed -> positions.put(changed.stream(), position(epoch, changed)));
      tail.raiseVersions(positions);
      if (firstBehind == null) {
        firstBehind = behind.getFirst().changedAt();
      }
    }
    return true;
  }

  private List<Changed> behind(Epoch epoch, List<Changed> page) {
    Map<StreamId, TailPosition> tails =
        tail.positions(page.stream().collect(Collectors.toMap(Changed::stream, changed -> epoch)));
    return page.stream().filter(changed -> !isWhole(changed, tails.get(changed.stream()))).toList();
  }

  private static boolean isWhole(Changed changed, @Nullable TailPosition reached) {
    return reached != null
        && reached.last().value() == changed.lastSeq()
        && reached.closed() == changed.closed();
  }

  private static Position position(Epoch epoch, Changed changed) {
    return new Position(
        epoch, new Sequence(changed.lastSeq()), changed.stateVersion(), changed.closed());
  }
}
