package io.skein.cache;

import com.github.benmanes.caffeine.cache.Ticker;
import io.skein.redis.Feature;
import io.skein.redis.FeatureGate;
import io.skein.redis.FeatureMode;
import io.skein.redis.RedisAwayException;
import io.skein.redis.RedisConnections;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads states: from this process, from Redis, from PostgreSQL. No reader of this instance gets an
 * older state than one that this instance has seen, and nobody's slow load brings an old state
 * back. While its gate is closed every read is a load. Thread safe.
 */
public final class StateCache<K, V> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StateCache.class);

  private final FeatureGate gate;
  private final StateKind<K, V> kind;
  private final Counts counts = new Counts();
  private final NearStates<V> near;
  private final Envelope<V> envelope;
  private final RedisStates<V> states;
  private final LifeByHeat life;
  private final Trust trust;
  private final Refreshes<V> refreshes;
  private final StateReads<K, V> reads;
  private final HeatExchange heat;
  private final Warmer<K, V> warmer;
  private final FeatureGate.Listener onGate = this::gateChanged;

  /**
   * A cache of states whose changes only it tells. What Redis kept while this process did without
   * it is removed before Redis is used again.
   */
  public StateCache(
      RedisConnections redis,
      CacheSettings settings,
      StateKind<K, V> kind,
      StateSource<K, V> source) {
    this(redis, settings, kind, source, null, Surroundings.REAL);
  }

  /**
   * A cache of states that are swept.
   *
   * @param sweep decides when Redis may be believed, at the start as well
   */
  public StateCache(
      RedisConnections redis,
      CacheSettings settings,
      StateKind<K, V> kind,
      StateSource<K, V> source,
      StateSweep sweep) {
    this(redis, settings, kind, source, sweep, Surroundings.REAL);
  }

  /**
   * What tests replace.
   *
   * @param redisClockShift ms that the clock of Redis is taken to be ahead
   */
  record Surroundings(Ticker ticker, LongSupplier redisClockShift, Step.Listener steps) {
    static final Surroundings REAL =
        new Surroundings(Ticker.systemTicker(), () -> 0, Step.Listener.NONE);
  }

  StateCache(
      RedisConnections redis,
      CacheSettings settings,
      StateKind<K, V> kind,
      StateSource<K, V> source,
      @Nullable StateSweep sweep,
      Surroundings surroundings) {
    Ticker ticker = surroundings.ticker();
    Step.Listener steps = surroundings.steps();
    SeenVersions seen = new SeenVersions(ticker);
    AccessCounts accesses = new AccessCounts(settings.life().halfLife(), ticker);
    this.gate = redis.gate(Feature.STATE_CACHE);
    this.kind = kind;
    this.near =
        new NearStates<>(redis, gate, kind.name(), settings.near(), seen, ticker, counts.near);
    this.envelope = new Envelope<>(kind.codec(), settings.sizes());
    this.states = new RedisStates<>(redis, gate, kind.name(), envelope);
    this.life = new LifeByHeat(settings.life(), accesses, ThreadLocalRandom::current);
    LoadBulkhead bulkhead = new LoadBulkhead(settings.loads());
    Loader<V> loader = new Loader<>(gate, states, envelope, life, bulkhead, seen, counts, steps);
    this.trust =
        new Trust(
            gate, sweep == null ? new RedisLeftovers(redis, gate, kind.name(), states) : sweep);
    SharedReads<V> shared =
        new SharedReads<>(trust, states, settings.loads(), loader, seen, counts, steps);
    this.refreshes = new Refreshes<>(states, loader, seen, settings.loads().lease(), counts);
    this.reads = new StateReads<>(kind, source, accesses, near, shared, refreshes, counts, steps);
    RedisHeat hottest =
        new RedisHeat(
            redis, gate, kind.name(), settings.life().halfLife(), surroundings.redisClockShift());
    this.heat = new HeatExchange(accesses, hottest, gate);
    this.warmer = new Warmer<>(gate, settings.warming(), kind, source, hottest, trust, reads::warm);
  }

  /**
   * Begins to follow the versions of all states; until then nothing is answered from near. From
   * then on also warms whenever Redis is used again, since it may have come back empty.
   */
  public void start() {
    near.start();
    heat.start();
    gate.onChange(onGate);
  }

  /** {@link #get(Object, long)} without insisting on a version. */
  public Optional<Versioned<V>> get(K key) {
    return get(key, 0);
  }

  /**
   * The state of a key.
   *
   * @param minVersion what the client has seen, or 0; a state below it is read from PostgreSQL,
   *     whose answer stands, even if it is lower still
   * @return empty when the source has no such state
   * @throws StateUnavailableException when too many loads are under way, or another caller's read
   *     of this state, which this one waited for, failed; what the source throws passes to who read
   * @throws IllegalArgumentException when the key's id cannot stand in Redis
   */
  public Optional<Versioned<V>> get(K key, long minVersion) {
    return reads.get(key, minVersion);
  }

  /**
   * Status, phase and time of a state, of the version that a reader of it would get or a newer one:
   * they are kept and dropped with it.
   *
   * @param minVersion as for {@link #get(Object, long)}
   * @throws StateUnavailableException as {@link #get(Object, long)} does
   */
  public Optional<Versioned<StateMetadata>> metadata(K key, long minVersion) {
    return reads.metadata(key, minVersion);
  }

  /**
   * Puts a state that was just committed, so that the next reader need not load it. The higher
   * version wins. Where nothing proves that nothing newer was told before Redis lost the key, only
   * the version is left, and the next reader loads.
   */
  public PutOutcome put(K key, Versioned<V> state) {
    return write(kind.id(key), state.version(), envelope.seal(state));
  }

  /**
   * Tells all instances that a version is committed: no older state is answered from any cache. The
   * relay of the event bus does the same for flows. Works while the gate is closed, as long as
   * Redis answers.
   */
  public PutOutcome invalidate(K key, StateVersion version) {
    return write(kind.id(key), version, Optional.empty());
  }

  /**
   * Removes a state from all caches, for who distrusts what they hold. Works while the gate is
   * closed, as long as Redis answers.
   *
   * @return false when only this process could be told, since Redis does not answer
   */
  public boolean invalidate(K key) {
    String id = kind.id(key);
    near.forget(id);
    if (!gate.reachable()) {
      return false;
    }
    try {
      states.forget(id);
      near.forget(id); // what a read brought meanwhile
      return true;
    } catch (RedisAwayException e) {
      counts.redis.failures.increment();
      LOG.debug("a state could not be removed from Redis", e);
      return false;
    }
  }

  /**
   * Tells of PostgreSQL's epoch: states of an earlier one are loaded anew, whatever caches hold of
   * them. Every load tells of it, too; this is for states that nobody loads, because they are held.
   *
   * @param epoch ms since 1970
   */
  public void raiseEpoch(long epoch) {
    near.raiseEpoch(epoch);
  }

  /**
   * Begins to bring to Redis what is read most and what changed last, at the rate of the settings.
   *
   * @return false when that is under way already
   */
  public boolean warm() {
    return warmer.begin();
  }

  /** Whether {@link #warm} is at work. */
  public boolean warming() {
    return warmer.underWay();
  }

  /** What has been counted in this process. */
  public CacheStatistics statistics() {
    return counts.statistics();
  }

  /** Whether Redis is used now, and why not. */
  public FeatureMode mode() {
    return gate.mode();
  }

  @Override
  public void close() {
    gate.forget(onGate);
    warmer.stop();
    trust.stop();
    refreshes.stop();
    heat.stop();
    near.stop();
  }

  /** For tests: whether reads go to Redis by now. */
  boolean trustsRedis() {
    return trust.given();
  }

  /** For tests: what the exchange of counts does every 5 s. */
  void exchangeHeat() {
    heat.exchange();
  }

  private void gateChanged(FeatureMode mode) {
    if (mode == FeatureMode.REDIS) {
      warmer.begin();
    }
  }

  private PutOutcome write(String id, StateVersion version, Optional<Envelope.Sealed> sealed) {
    near.raise(id, version);
    if (!gate.reachable()) {
      return PutOutcome.REDIS_AWAY;
    }
    try {
      PutOutcome outcome = states.put(id, version, sealed.orElse(null), life.of(id));
      if (outcome == PutOutcome.OUTDATED) {
        counts.redis.refusedWrites.increment();
      }
      return outcome;
    } catch (RedisAwayException e) {
      counts.redis.failures.increment();
      LOG.debug("a state could not be put", e);
      return PutOutcome.REDIS_AWAY;
    }
  }
}
