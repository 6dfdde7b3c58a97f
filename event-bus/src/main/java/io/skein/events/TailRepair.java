package io.skein.events;

import io.skein.events.ChangedStreams.Changed;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The second part of a pass of the sweep: tails get the events that they lack, one stream after the
 * other, and those with foreign entries are made anew. For one thread, but for the count.
 */
final class TailRepair {
  private static final Logger LOG = LoggerFactory.getLogger(TailRepair.class);

  /** How much of a stream without a tail is relayed; who needs more reads PostgreSQL. */
  private static final long NEW_TAIL = 256;

  private final ChangedStreams streams;
  private final Journal journal;
  private final RedisTail tail;
  private final Relay relay;
  private final Consumer<StreamId> beforeRepair;
  private final LongAdder repaired = new LongAdder();

  /**
   * @param beforeRepair hears of each tail before it is repaired
   */
  TailRepair(
      ChangedStreams streams,
      Journal journal,
      RedisTail tail,
      Relay relay,
      Consumer<StreamId> beforeRepair) {
    this.streams = streams;
    this.journal = journal;
    this.tail = tail;
    this.relay = relay;
    this.beforeRepair = beforeRepair;
  }

  /** How many streams were repaired. */
  long repaired() {
    return repaired.sum();
  }

  /**
   * Repairs the tails of all streams that changed since a time.
   *
   * @param goOn asked before each
   * @return false when it was ended
   */
  boolean repair(Epoch epoch, Instant since, BooleanSupplier goOn) {
    return streams.since(since, page -> repair(epoch, page, goOn));
  }

  private boolean repair(Epoch epoch, List<Changed> page, BooleanSupplier goOn) {
    Map<StreamId, TailPosition> tails =
        tail.positions(page.stream().collect(Collectors.toMap(Changed::stream, changed -> epoch)));
    Set<StreamId> foreign = foreign(epoch, page, tails);
    tail.remove(foreign, epoch);
    for (Changed changed : page) {
      TailPosition reached =
          foreign.contains(changed.stream()) ? null : tails.get(changed.stream());
      long start =
          reached == null ? Math.max(0, changed.lastSeq() - NEW_TAIL) : reached.last().value();
      boolean whole =
          reached != null && start >= changed.lastSeq() && (reached.closed() || !changed.closed());
      if (!whole) {
        if (!goOn.getAsBoolean()) {
          return false;
        }
        repair(changed.stream(), new Sequence(start));
      }
    }
    return true;
  }

  private void repair(StreamId stream, Sequence after) {
    beforeRepair.accept(stream);
    relay.refill(stream, after);
    repaired.increment();
  }

  /**
   * Tails with an entry beyond what PostgreSQL says after they were read: nobody of us wrote it.
   */
  private Set<StreamId> foreign(
      Epoch epoch, List<Changed> page, Map<StreamId, TailPosition> tails) {
    Set<StreamId> ahead = new HashSet<>();
    for (Changed changed : page) {
      TailPosition reached = tails.get(changed.stream());
      if (reached != null && reached.last().value() > changed.lastSeq()) {
        ahead.add(changed.stream()); // or the stream went on meanwhile
      }
    }
    if (!ahead.isEmpty()) {
      journal
          .positions(ahead)
          .forEach((stream, now) -> {
            TailPosition reached = tails.get(stream);
            boolean real = reached == null || now.last().compareTo(reached.last()) >= 0;
            if (real || !now.epoch().equals(epoch)) {
              ahead.remove(stream);
            }
          });
    }
    if (!ahead.isEmpty()) {
      LOG.atWarn()
          .addKeyValue("streams", ahead)
          .log("tails hold entries that nobody appended and are made anew");
    }
    return ahead;
  }
}
