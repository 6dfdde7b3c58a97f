package io.skein.redis;

import java.time.Duration;
import java.util.UUID;

/**
 * Every key and channel Skein uses in Redis, in one place. {@code {id}} is a literal hash tag: what
 * one script touches shares it, so that a cluster keeps it on one node. Immutable.
 */
public final class KeySpace {
  /** Fields of the hash {@link #flowState}; the relay and the cache both raise {@code version}. */
  public static final String STATE_EPOCH = "epoch";

  public static final String STATE_VERSION = "version";
  public static final String STATE_DATA = "data";

  /** Of a version without data; longer than any fill of a cache can be under way. */
  public static final Duration VERSION_LIFE = Duration.ofMinutes(10);

  /** The kind of {@link #state} that flows are. */
  public static final String FLOW = "flow";

  static final long HEALTH_LIFE_MILLIS = 60_000;

  private final String prefix;

  public KeySpace(String prefix) {
    this.prefix = prefix;
  }

  /** Stream of a flow's latest events, entry ids {@code seq-0}; owned by the relay. */
  public String flowEvents(UUID flow, long epoch) {
    return prefix + "flow:events:{" + flow + "}:" + epoch;
  }

  /**
   * Sharded channel on which a flow's events, state changes and agent progress are pushed: in a
   * cluster only the flow's own master hears of it.
   */
  public String flowUpdates(UUID flow) {
    return prefix + "flow:updates:{" + flow + "}";
  }

  /** Hash with a flow's cached state or only its version (a tombstone). */
  public String flowState(UUID flow) {
    return state(FLOW, flow.toString());
  }

  /** Channel that tells every near cache (flow, epoch, version); heard on every master. */
  public String flowVersions() {
    return versions(FLOW);
  }

  /** Hash with a cached state of some kind, as {@link #flowState} for flows. */
  public String state(String kind, String id) {
    return prefix + kind + ":state:{" + id + "}";
  }

  /**
   * Channel that tells every near cache (id, epoch, version), as {@link #flowVersions} for flows.
   */
  public String versions(String kind) {
    return prefix + kind + ":versions";
  }

  /**
   * Sorted set of the states of a kind that are read most.
   *
   * @param halfLife of a read: counts that decay differently cannot be compared
   */
  public String heat(String kind, Duration halfLife) {
    return prefix + kind + ":heat:" + halfLife.toMillis();
  }

  /** Hash agent → latest progress. */
  public String agentState(UUID flow) {
    return prefix + "agent:state:{" + flow + "}";
  }

  /** Stream of hints: ids of tasks that a worker may claim. */
  public String taskHints(String queue, int priority) {
    return prefix + "tasks:hints:{" + queue + "}:" + priority;
  }

  /** Hash of a lock's owner and fence. */
  public String lock(String name) {
    return prefix + "lock:{" + name + "}";
  }

  /** Last fence of a lock; outlives the lock itself. */
  public String lockFence(String name) {
    return prefix + "lock:{" + name + "}:fence";
  }

  /** Sorted set of those who wait for a lock, by arrival. */
  public String lockWaiters(String name) {
    return prefix + "lock:{" + name + "}:waiters";
  }

  /** Hash waiter → until when it counts without asking again. */
  public String lockWaitersSeen(String name) {
    return prefix + "lock:{" + name + "}:waiters:seen";
  }

  /** Channel on which one process hears which of its waiters' turn it is. */
  public String lockTurns(String process) {
    return prefix + "lock:turns:" + process;
  }

  /**
   * What a rate limit has counted for one of a group; one call takes quotas of one group together.
   *
   * @param kind of counting, each of which has a type of key
   */
  public String rateLimit(String group, String kind, String policy, String member) {
    return prefix + "rate_limit:{" + group + "}:" + kind + ":" + policy + ":" + member;
  }

  /** Hash connection → JSON of the streams that one instance serves. */
  public String connections(String instance) {
    return prefix + "sse:connections:{" + instance + "}";
  }

  /** Hash instance → how many streams there watch a flow. */
  public String watchers(UUID flow) {
    return prefix + "sse:watchers:{" + flow + "}";
  }

  /**
   * Hash of what each process counted in one minute.
   *
   * @param minute since 1970
   */
  public String metrics(long minute) {
    return prefix + "metrics:{" + minute + "}";
  }

  /** Written on each master to see whether it takes writes; holds nothing. */
  String health(String tag) {
    return prefix + "health:{" + tag + "}";
  }

  /**
   * Up to when caches know of all versions; one on each master, so that it shares the data's fate.
   */
  public String sweepRaised(String tag) {
    return prefix + "sweep:raised:{" + tag + "}";
  }

  /** Up to when the sweep has repaired tails; one on each master likewise. */
  public String sweepWatermark(String tag) {
    return prefix + "sweep:watermark:{" + tag + "}";
  }

  /** Sharded channel that tells how far a tenant's feed across flows has come. */
  public String feedPlaced(String tenant) {
    return prefix + "feed:placed:{" + tenant + "}";
  }

  /**
   * Sharded channel that a feed's connection to one master always holds, and on which it hears
   * itself.
   */
  public String feedProbe(String tag, UUID feed) {
    return prefix + "feed:probe:{" + tag + "}:" + feed;
  }
}
