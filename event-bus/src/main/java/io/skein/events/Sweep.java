package io.skein.events;

import io.skein.events.RedisSweepMarks.Kind;
import io.skein.postgres.Database;
import io.skein.postgres.Leadership;
import io.skein.redis.RedisAwayException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds what no relay has brought to Redis: events appended by plain SQL, those of a process that
 * died after its commit, and all that Redis has forgotten. One instance leads; it looks at the
 * streams that changed since the marks that it keeps in Redis, so that they are lost with the data.
 * First caches are told of all new versions, which is quick, then tails are repaired. Thread safe.
 */
public final class Sweep {
  private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);

  /**
   * A change becomes visible at most this long after its time: the transaction's limit, and more.
   */
  private static final Duration LATEST_COMMIT = Duration.ofSeconds(65);

  private final Journal journal;
  private final RedisTail tail;
  private final RedisSweepMarks marks;
  private final ChangedStreams streams;
  private final VersionRaising raising;
  private final TailRepair repair;
  private final Leadership leadership;
  private final EventSettings settings;
  private final Duty duty;
  private volatile boolean leading;
  private long raisedAt;

  /**
   * @param beforeRepair hears of each tail before it is repaired
   */
  Sweep(
      Database database,
      RedisTail tail,
      RedisSweepMarks marks,
      Relay relay,
      String instance,
      EventSettings settings,
      Consumer<StreamId> beforeRepair) {
    this.journal = Journal.withoutRelay(database);
    this.tail = tail;
    this.marks = marks;
    this.streams = new ChangedStreams(database);
    this.raising = new VersionRaising(streams, tail);
    this.repair = new TailRepair(streams, journal, tail, relay, beforeRepair);
    this.leadership = new Leadership(database, "sweep", instance, Duration.ofSeconds(3));
    this.settings = settings;
    this.duty = new Duty("skein-sweep", settings.sweepInterval(), asked -> pass(), this::resign);
  }

  /** How many streams it has repaired. */
  public long repaired() {
    return repair.repaired();
  }

  /** Whether this instance sweeps for all. */
  public boolean leading() {
    return leading;
  }

  /**
   * For caches of flows: when Redis may be believed that was not used for a while, whatever was
   * committed meanwhile.
   *
   * @return says, as often as it is asked, whether Redis knows by now of every version that was
   *     committed before this call; usually about a second later. Asks Redis and throws {@link
   *     RedisAwayException} when it does not answer
   */
  public BooleanSupplier raisingAll() {
    Instant asked = streams.now();
    duty.soon();
    return () -> marks.isAfter(Kind.RAISED, asked);
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

  /** For one thread; otherwise the duty's. */
  void pass() {
    try {
      passIfLeading();
    } catch (RedisAwayException e) {
      LOG.debug("the sweep could not reach Redis", e);
    }
  }

  private void passIfLeading() {
    if (!tail.reachable()) {
      resign();
      return;
    }
    boolean open = tail.open();
    leading = leadership.lead().isPresent();
    if (!leading) {
      return;
    }
    if (open) {
      raiseAndRepair(journal.confirmEpoch(), streams.now());
    } else {
      raiseAndResign();
    }
  }

  private void raiseAndRepair(Epoch epoch, Instant begun) {
    Optional<Instant> behind = raise(epoch, begun, Kind.REPAIRED);
    if (behind.isEmpty() || repair.repair(epoch, behind.get(), () -> stillSweeps(epoch))) {
      marks.set(Kind.REPAIRED, epoch, begun);
    }
  }

  /** A long repair holds up neither those who wait for versions nor an instance that leads now. */
  private boolean stillSweeps(Epoch epoch) {
    if (System.nanoTime() - raisedAt < settings.sweepInterval().toNanos()) {
      return true;
    }
    if (!tail.open()) {
      resign();
      return false;
    }
    leading = leadership.lead().isPresent();
    if (leading) {
      var behind = raise(epoch, streams.now(), Kind.RAISED); // the next pass sees to their tails
    }
    return leading;
  }

  /**
   * With the gate closed no tail is written, but caches are told of what plain SQL and processes
   * that died have changed. The lease is given back at once: another instance's gate may be open.
   * So all take turns, and whoever finds that it has just been done leaves it.
   */
  private void raiseAndResign() {
    try {
      Epoch epoch = journal.confirmEpoch();
      Instant begun = streams.now();
      Instant justNow = begun.minus(settings.sweepInterval().dividedBy(2));
      if (marks.earliest(Kind.RAISED, epoch).filter(justNow::isBefore).isEmpty()) {
        var behind = raise(epoch, begun, Kind.RAISED);
      }
    } finally {
      resign(); // also when Redis failed: another instance's may answer
    }
  }

  /**
   * Where a master has no mark, everything younger than a tail's life counts as changed: what is
   * older has no tail to repair.
   *
   * @param since which mark it goes on from
   */
  private Optional<Instant> raise(Epoch epoch, Instant begun, Kind since) {
    Instant from = marks.earliest(since, epoch).orElse(begun.minus(settings.tailLife()));
    Optional<Instant> behind = raising.raise(epoch, from.minus(LATEST_COMMIT));
    marks.set(Kind.RAISED, epoch, begun);
    raisedAt = System.nanoTime();
    return behind;
  }

  private void resign() {
    if (leading) {
      leading = false;
      leadership.resign();
    }
  }
}
