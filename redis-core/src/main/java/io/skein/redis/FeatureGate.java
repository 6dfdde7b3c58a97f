package io.skein.redis;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.redisson.client.RedisException;
import org.redisson.client.RedisTimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.exceptions.JedisClusterOperationException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Whether one feature of this process reads from Redis now: its flag is on, Redis answers its
 * probes, and its own calls do not fail. A closed gate stops reads; what tells others of a change
 * is written as long as Redis answers, or an instance whose gate is still open would read old
 * things. Thread safe.
 */
public final class FeatureGate {
  /** No {@link #opening}. */
  public static final long CLOSED = 0;

  private static final Logger LOG = LoggerFactory.getLogger(FeatureGate.class);

  /** Made once: in an outage it is the cause of many. */
  private static final JedisConnectionException SUSPECTED =
      new JedisConnectionException("another call has just failed; Redis is being asked why");

  private final Feature feature;
  private final RedisHealth health;
  private final CircuitBreaker breaker;
  private final RefusalLog refusals;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private volatile FeatureMode mode;
  private volatile long openings;
  private boolean enabled = true;
  private @Nullable FeatureGate needed;

  FeatureGate(Feature feature, RedisHealth health, CircuitBreaker breaker) {
    this.feature = feature;
    this.health = health;
    this.breaker = breaker;
    this.refusals = new RefusalLog(feature, System::nanoTime);
    this.mode = FeatureMode.REDIS_AWAY;
    health.onChange(available -> update());
    breaker.getEventPublisher().onStateTransition(event -> update());
  }

  synchronized void start() {
    become(now());
  }

  /** Keeps this gate closed while the other one's flag is off. */
  void stopsWith(FeatureGate other) {
    synchronized (this) {
      needed = other;
    }
    other.onChange(mode -> update());
  }

  /** Hears of each change of the mode, on the thread that caused it; must not block. */
  @FunctionalInterface
  public interface Listener {
    void changed(FeatureMode mode);
  }

  public Feature feature() {
    return feature;
  }

  public FeatureMode mode() {
    return mode;
  }

  /** True while Redis is to be asked. False means: take the other way, do not even try. */
  public boolean open() {
    return mode == FeatureMode.REDIS;
  }

  /**
   * A number for this life of the open gate, never used again, or {@link #CLOSED}. What Redis kept
   * from before it may be old: changes were not told meanwhile.
   */
  public long opening() {
    return open() ? openings : CLOSED;
  }

  /**
   * True while Redis answers its probes, whatever the flag and the breaker say: what tells others
   * of a change is then written, with {@link #tell}.
   */
  public boolean reachable() {
    return health.available();
  }

  /** The flag alone, whatever the mode. */
  public synchronized boolean enabled() {
    return enabled;
  }

  /** Whether the breaker refuses calls. */
  public boolean breakerOpen() {
    return breaker.getState() == CircuitBreaker.State.OPEN;
  }

  /** Sets the flag. */
  public void enable(boolean on) {
    synchronized (this) {
      enabled = on;
    }
    update();
  }

  /**
   * Makes a call and counts how it went: after the breaker's share of failed or slow ones, the gate
   * closes for a while.
   *
   * @param doing what is being done, for the log
   * @throws RedisAwayException when the client fails, and at once while the breaker is open, or
   *     while it is being found out whether Redis is gone: a caller of several calls waits for one
   */
  public <T> T call(String doing, Supplier<T> call) {
    refuseWhileSuspected(doing);
    return guard(doing, () -> breaker.executeSupplier(call));
  }

  /**
   * {@link #call} that is made also while the breaker is open: for what must not be decided without
   * Redis, since others decide by it, though it costs time.
   *
   * @throws RedisAwayException when the client fails, and at once while it is being found out
   *     whether Redis is gone
   */
  public <T> T callDespiteBreaker(String doing, Supplier<T> call) {
    refuseWhileSuspected(doing);
    return tell(doing, call);
  }

  private void refuseWhileSuspected(String doing) {
    if (health.suspected()) {
      throw new RedisAwayException(doing, SUSPECTED);
    }
  }

  /**
   * {@link #call} for one that waits in Redis on purpose or moves much: its time says nothing and
   * is not counted.
   *
   * @throws RedisAwayException when the client fails, and at once while the breaker is open
   */
  public <T> T callUntimed(String doing, Supplier<T> call) {
    return guard(
        doing,
        () -> {
          breaker.acquirePermission();
          return counted(call, begun -> 0);
        });
  }

  /**
   * Tells others of a change. Made also while the gate is closed, since theirs may be open; to be
   * left out only while Redis is not {@link #reachable}.
   *
   * @throws RedisAwayException when the client fails
   */
  public <T> T tell(String doing, Supplier<T> call) {
    return guard(
        doing,
        () ->
            breaker.tryAcquirePermission()
                ? counted(call, begun -> System.nanoTime() - begun)
                : call.get());
  }

  /** With the breaker's permission. */
  private <T> T counted(Supplier<T> call, LongUnaryOperator nanosSince) {
    long begun = System.nanoTime();
    T answer;
    try {
      answer = call.get();
    } catch (RuntimeException | Error e) {
      breaker.onError(nanosSince.applyAsLong(begun), TimeUnit.NANOSECONDS, e);
      throw e;
    }
    breaker.onSuccess(nanosSince.applyAsLong(begun), TimeUnit.NANOSECONDS);
    return answer;
  }

  private <T> T guard(String doing, Supplier<T> call) {
    try {
      return call.get();
    } catch (JedisException | RedisException | CallNotPermittedException e) {
      if (e.getCause() instanceof InterruptedException) {
        Thread.currentThread().interrupt(); // the pool forgets it
      }
      if (isAbsence(e)) {
        health.suspect();
      } else if (RedisErrors.isAnswer(e)) {
        refusals.refused(doing, e);
      }
      throw new RedisAwayException(doing, e);
    }
  }

  /** Nobody answered; a cluster's client says so only in the cause, or beside it. */
  private static boolean isAbsence(Throwable e) {
    return e instanceof JedisConnectionException
        || e instanceof RedisTimeoutException
        || (e instanceof JedisClusterOperationException
            && (e.getCause() instanceof JedisConnectionException
                || Arrays.stream(e.getSuppressed())
                    .anyMatch(JedisConnectionException.class::isInstance)));
  }

  /** Tells it of each change from now on, until {@link #forget}. */
  public void onChange(Listener listener) {
    listeners.add(listener);
  }

  /** Tells it no more; one that was never told stays so. */
  public void forget(Listener listener) {
    listeners.remove(listener);
  }

  private synchronized void update() {
    FeatureMode now = now();
    if (now == mode) {
      return;
    }
    become(now);
    LOG.atInfo()
        .addKeyValue("feature", feature.label())
        .addKeyValue("mode", now.label())
        .addKeyValue("reason", now.reason())
        .log("feature changed its mode");
    for (Listener listener : listeners) {
      try {
        listener.changed(now);
      } catch (RuntimeException e) {
        LOG.atError()
            .addKeyValue("feature", feature.label())
            .setCause(e)
            .log("a listener of the feature gate failed");
      }
    }
  }

  /** The number first: nobody takes a new life of the gate for the last one. */
  private synchronized void become(FeatureMode now) {
    if (now == FeatureMode.REDIS) {
      openings++;
    }
    mode = now;
  }

  private synchronized FeatureMode now() {
    if (!enabled) {
      return FeatureMode.FLAG_OFF;
    }
    FeatureGate other = needed;
    if (other != null && other.mode() == FeatureMode.FLAG_OFF) {
      return FeatureMode.NEEDED_FLAG_OFF;
    }
    if (!health.available()) {
      return FeatureMode.REDIS_AWAY;
    }
    return breaker.getState() == CircuitBreaker.State.OPEN
        ? FeatureMode.BREAKER_OPEN
        : FeatureMode.REDIS;
  }
}
