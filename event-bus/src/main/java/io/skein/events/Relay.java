package io.skein.events;

import io.skein.postgres.Database;
import io.skein.redis.RedisAwayException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings committed events to Redis, on a thread of its own, many streams in one round trip. It may
 * lose any of them at any time, since the sweep repairs; it never repeats or reorders, since the
 * tail compares. With the gate closed it tells caches of the new versions, and no more. Thread
 * safe.
 */
public final class Relay {
  private static final Logger LOG = LoggerFactory.getLogger(Relay.class);
  private static final int BATCHES_AT_ONCE = 512;
  private static final int EVENTS_PER_CALL = 500;
  private static final int ATTEMPTS = 4;

  /** How often the thread looks whether it shall stop. */
  private static final long IDLE_MILLIS = 200;

  private final RedisTail tail;
  private final Journal journal;
  private final BlockingQueue<HandedOver> queue;
  private final LongAdder appended = new LongAdder();
  private final LongAdder relayed = new LongAdder();
  private final LongAdder gaps = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder skipped = new LongAdder();
  private volatile Consumer<Duration> lag = waited -> {};
  private volatile boolean stopped;
  private @Nullable Thread thread;

  Relay(RedisTail tail, Database database, EventSettings settings) {
    this.tail = tail;
    this.journal = Journal.withoutRelay(database);
    this.queue = new ArrayBlockingQueue<>(settings.relayQueue());
  }

  /** What it has done so far. */
  public RelayCounts counts() {
    return new RelayCounts(
        appended.sum(), relayed.sum(), gaps.sum(), dropped.sum(), failed.sum(), skipped.sum());
  }

  /** Tells from now on how long after its commit each batch was in Redis; must be quick. */
  public void onRelayed(Consumer<Duration> listener) {
    lag = listener;
  }

  void start() {
    thread = Thread.ofPlatform().name("skein-relay").daemon().start(this::run);
  }

  /** Relays what still waits, then ends. */
  void stop() throws InterruptedException {
    stopped = true;
    Thread running = thread;
    if (running != null) {
      running.join(TimeUnit.SECONDS.toMillis(5));
    }
  }

  private record HandedOver(CommittedBatch batch, long at) {}

  /** Takes a batch without blocking. */
  void handOver(CommittedBatch batch) {
    appended.add(batch.events().size());
    if (!tail.reachable()) {
      skipped.increment();
    } else if (!queue.offer(new HandedOver(batch, System.nanoTime()))) {
      dropped.increment();
    }
  }

  private void run() {
    List<HandedOver> waiting = new ArrayList<>(BATCHES_AT_ONCE);
    while (!stopped || !queue.isEmpty()) {
      try {
        HandedOver first = queue.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
        if (first != null) {
          waiting.add(first);
          queue.drainTo(waiting, BATCHES_AT_ONCE - 1);
          if (relay(waiting.stream().map(HandedOver::batch).toList())) {
            long now = System.nanoTime();
            waiting.forEach(each -> lag.accept(Duration.ofNanos(now - each.at())));
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (RedisAwayException e) {
        LOG.debug("Redis did not answer the relay; the sweep will repair it", e);
        failed.add(waiting.size());
      } catch (Throwable e) {
        LOG.error("relaying failed; the sweep will repair it", e);
        failed.add(waiting.size());
      }
      waiting.clear();
    }
  }

  /** Whether events were brought to Redis, and not only versions. */
  private boolean relay(List<CommittedBatch> waiting) {
    List<CommittedBatch> offers = merge(waiting);
    if (!tail.open()) {
      skipped.add(waiting.size());
      raiseVersions(offers);
      return false;
    }
    List<TailAnswer> answers = offer(offers);
    Map<StreamId, Sequence> behind = new LinkedHashMap<>();
    for (int i = 0; i < offers.size(); i++) {
      TailAnswer answer = answers.get(i);
      switch (answer.verdict()) {
        case ADDED, KNOWN -> relayed.increment();
        case REFUSED -> failed.increment();
        case GAP -> {
          gaps.increment();
          behind.put(offers.get(i).stream(), answer.last());
        }
      }
    }
    behind.forEach(this::refill);
    return true;
  }

  /**
   * No tail is written while the gate is closed; but this instance's cache and those of others go
   * on reading, so they are told.
   */
  private void raiseVersions(List<CommittedBatch> offers) {
    Map<StreamId, Position> latest = new LinkedHashMap<>();
    offers.forEach(offer -> latest.put(offer.stream(), offer.position()));
    tail.raiseVersions(latest);
  }

  /**
   * A connection that died while idle fails once, and an answer may come too late; the script
   * recognises a repetition. Gives up when Redis is known to be away.
   */
  private List<TailAnswer> offer(List<CommittedBatch> offers) {
    for (int attempt = 1; attempt < ATTEMPTS; attempt++) {
      try {
        return tail.append(offers);
      } catch (RedisAwayException e) {
        if (!tail.open()) {
          throw e;
        }
      }
    }
    return tail.append(offers);
  }

  /** Batches of one stream in their order, joined where one goes on where the other ends. */
  private static List<CommittedBatch> merge(List<CommittedBatch> waiting) {
    Map<StreamId, List<CommittedBatch>> byStream = new LinkedHashMap<>();
    for (CommittedBatch batch : waiting) {
      byStream.computeIfAbsent(batch.stream(), stream -> new ArrayList<>()).add(batch);
    }
    List<CommittedBatch> merged = new ArrayList<>();
    for (List<CommittedBatch> ofStream : byStream.values()) {
      ofStream.sort(
          Comparator.comparingLong(CommittedBatch::first)
              .thenComparing(batch -> batch.position().closed()));
      CommittedBatch open = ofStream.getFirst();
      for (CommittedBatch next : ofStream.subList(1, ofStream.size())) {
        if (open.isFollowedBy(next)
            && open.events().size() + next.events().size() <= EVENTS_PER_CALL) {
          open = open.and(next);
        } else {
          merged.addAll(open.inPartsOf(EVENTS_PER_CALL));
          open = next;
        }
      }
      merged.addAll(open.inPartsOf(EVENTS_PER_CALL));
    }
    return merged;
  }

  /**
   * Relays from PostgreSQL what the tail lacks after a sequence, up to where the stream stands now:
   * one that goes on faster than it is relayed must not keep its caller from all others.
   *
   * @throws RedisAwayException when Redis does not answer
   */
  void refill(StreamId stream, Sequence after) {
    Optional<Position> present = journal.position(stream);
    if (present.isEmpty()) {
      return;
    }
    Sequence target = present.get().last();
    Sequence reached = after;
    while (true) {
      Optional<Position> position = journal.position(stream);
      boolean there = reached.compareTo(target) >= 0;
      if (position.isEmpty() || (there && !position.get().closed())) {
        return;
      }
      List<StoredEvent> page = journal.read(stream, reached, EVENTS_PER_CALL);
      if (page.isEmpty() && !position.get().closed()) {
        return;
      }
      CommittedBatch batch = CommittedBatch.ofPage(stream, position.get(), page);
      TailAnswer answer = offer(List.of(batch)).getFirst();
      if (page.isEmpty() || answer.verdict() == TailAnswer.Verdict.REFUSED) {
        return;
      }
      // After a flush in between, the tail may say that it lacks more than we began with.
      reached = answer.last();
    }
  }
}
