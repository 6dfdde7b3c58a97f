package io.skein.events;

import io.skein.postgres.Database;
import io.skein.postgres.Leadership;
import io.skein.redis.RedisAwayException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds what no relay has brought to Redis: events appended by plain SQL, those of a process that
 * died after its commit, and all that Redis has forgotten. One instance leads; it looks at the
 * streams that changed since its watermark, which is kept in Redis so that it is lost with the
 * data. Thread safe.
 */
public final class Sweep {
  private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);
  private static final int PAGE = 1000;

  /**
   * A change becomes visible at most this long after its time: the transaction's limit, and more.
   */
  private static final Duration LATEST_COMMIT = Duration.ofSeconds(65);

  /** How much of a stream without a tail is relayed; who needs more reads PostgreSQL. */
  private static final long NEW_TAIL = 256;

  private final Database database;
  private final Journal journal;
  private final RedisTail tail;
  private final Relay relay;
  private final Leadership leadership;
  private final EventSettings settings;
  private final LongAdder repaired = new LongAdder();
  private final Duty duty;
  private volatile boolean leading;

  /** Up to where versions were raised by this instance since the last whole pass; of its thread. */
  private @Nullable Instant raisedTo;

  Sweep(Database database, RedisTail tail, Relay relay, String instance, EventSettings settings) {
    this.database = database;
    this.journal = Journal.withoutRelay(database);
    this.tail = tail;
    this.relay = relay;
    this.leadership = new Leadership(database, "sweep", instance, Duration.ofSeconds(3));
    this.settings = settings;
    this.duty = new Duty("skein-sweep", settings.sweepInterval(), asked -> pass(), this::resign);
  }

  /** How many streams it has repaired. */
  public long repaired() {
    return repaired.sum();
  }

  /** Whether this instance sweeps for all. */
  public boolean leading() {
    return leading;
  }

  /** Makes a pass now instead of at the next interval. */
  void soon() {
    duty.soon();
  }

  void start() {
    duty.start();
  }

  void stop() throws InterruptedException {
    duty.stop();
  }

  private void pass() {
    try {
      sweepIfLeading();
    } catch (RedisAwayException e) {
      LOG.debug("the sweep could not reach Redis", e);
    }
  }

  private void sweepIfLeading() {
    if (!tail.open()) {
      raiseIfNobodySweeps();
      return;
    }
    raisedTo = null;
    leading = leadership.lead().isPresent();
    if (leading) {
      Epoch epoch = journal.confirmEpoch();
      Instant now = now();
      forChanged(since(epoch, now), page -> repair(epoch, page));
      tail.watermark(epoch + " " + ChronoUnit.MICROS.between(Instant.EPOCH, now));
    }
  }

  /**
   * With the gate closed no tail is written, but caches are told of what plain SQL and processes
   * that died have changed. The lease is given back at once: another instance's gate may be open.
   */
  private void raiseIfNobodySweeps() {
    if (!tail.reachable()) {
      raisedTo = null;
      resign();
      return;
    }
    leading = leadership.lead().isPresent();
    try {
      if (leading) {
        Instant now = now();
        Instant since =
            raisedTo == null ? since(journal.confirmEpoch(), now) : raisedTo.minus(LATEST_COMMIT);
        forChanged(since, this::raise);
        raisedTo = now;
      }
    } finally {
      resign(); // also when Redis failed: another instance's may answer
    }
  }

  private void raise(List<Changed> page) {
    tail.raiseVersions(journal.positions(page.stream().map(Changed::stream).toList()));
  }

  private void resign() {
    if (leading) {
      leading = false;
      leadership.resign();
    }
  }

  private void forChanged(Instant since, Consumer<List<Changed>> action) {
    List<Changed> page = changed(since, new UUID(0, 0));
    while (!page.isEmpty()) {
      action.accept(page);
      page =
          page.size() < PAGE
              ? List.of()
              : changed(page.getLast().changedAt(), page.getLast().stream().value());
    }
  }

  private void repair(Epoch epoch, List<Changed> page) {
    Map<StreamId, TailPosition> tails =
        tail.positions(page.stream().collect(Collectors.toMap(Changed::stream, changed -> epoch)));
    Set<StreamId> foreign = foreign(epoch, page, tails);
    tail.remove(foreign, epoch);
    for (Changed changed : page) {
      TailPosition reached = tails.get(changed.stream());
      if (reached == null || foreign.contains(changed.stream())) {
        long start = Math.max(0, changed.lastSeq() - NEW_TAIL);
        repair(changed.stream(), new Sequence(start));
      } else if (reached.last().value() < changed.lastSeq()
          || (changed.closed() && !reached.closed())) {
        repair(changed.stream(), reached.last());
      }
    }
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
      LOG.warn("tails hold entries that nobody appended and are made anew streams={}", ahead);
    }
    return ahead;
  }

  private void repair(StreamId stream, Sequence after) {
    relay.refill(stream, after);
    repaired.increment();
  }

  /**
   * The oldest watermark. Where a master has none, everything younger than a tail's life counts as
   * changed: what is older has no tail to repair.
   */
  private Instant since(Epoch epoch, Instant now) {
    Instant all = now.minus(settings.tailLife());
    return tail.watermarks().stream()
        .map(mark -> mark.flatMap(value -> timeOf(value, epoch)).orElse(all))
        .min(Comparator.naturalOrder())
        .orElse(all)
        .minus(LATEST_COMMIT);
  }

  private static Optional<Instant> timeOf(String watermark, Epoch epoch) {
    String[] parts = watermark.split(" ", 2);
    return parts.length == 2 && parts[0].equals(epoch.toString())
        ? Optional.of(Instant.EPOCH.plus(Long.parseLong(parts[1]), ChronoUnit.MICROS))
        : Optional.empty();
  }

  private Instant now() {
    return database.read(handle ->
        handle
            .createQuery("select skein_now()")
            .map((row, context) -> row.getTimestamp(1).toInstant())
            .one());
  }

  private List<Changed> changed(Instant since, UUID after) {
    return database.read(handle ->
        new ArrayList<>(
            handle
                .createQuery(
                    """
                    select id, last_seq, closed, changed_at from streams
                    where changed_at >= :since and (changed_at, id) > (:since, :after)
                      and (last_seq > 0 or closed)
                    order by changed_at, id limit :limit
                    """)
                .bind("since", since)
                .bind("after", after)
                .bind("limit", PAGE)
                .map((row, context) ->
                    new Changed(
                        new StreamId(row.getObject("id", UUID.class)),
                        row.getLong("last_seq"),
                        row.getBoolean("closed"),
                        row.getTimestamp("changed_at").toInstant()))
                .list()));
  }

  private record Changed(StreamId stream, long lastSeq, boolean closed, Instant changedAt) {}
}
