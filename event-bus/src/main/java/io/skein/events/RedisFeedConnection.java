package io.skein.events;

import io.skein.redis.Feature;
import io.skein.redis.FeatureGate;
import io.skein.redis.RedisAwayException;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisShard;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * On which a process hears of what it watches: one connection to each master of Redis, sharded
 * channels. It connects again for ever, follows the masters when they change, and cuts a connection
 * on which it no longer hears what it says itself. Thread safe.
 */
final class RedisFeedConnection {
  private static final Logger LOG = LoggerFactory.getLogger(RedisFeedConnection.class);
  private static final Duration TEND_INTERVAL = Duration.ofMillis(500);

  private final RedisConnections redis;
  private final FeatureGate gate;
  private final UUID name = UUID.randomUUID();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Map<String, Receiver> wanted = new ConcurrentHashMap<>();
  private final Map<RedisShard, RedisFeedLink> links = new ConcurrentHashMap<>();

  /** Hears of one channel; called on a connection's thread, one call after the other. */
  interface Receiver {
    /** From now on nothing published on the channel is missed, until the connection breaks. */
    void subscribed();

    void received(byte[] message);
  }

  RedisFeedConnection(RedisConnections redis) {
    this.redis = redis;
    this.gate = redis.gate(Feature.EVENT_BUS);
  }

  void start() {
    followMasters();
    Thread.ofPlatform().name("skein-feed-tend").daemon().start(this::tendUntilStopped);
  }

  void stop() {
    stopped.countDown();
    links.values().forEach(RedisFeedLink::close);
  }

  /** Whether Redis is used and messages of every channel are being received. */
  boolean live() {
    return gate.open()
        && !links.isEmpty()
        && links.values().stream().allMatch(RedisFeedLink::connected);
  }

  void subscribe(String channel, Receiver receiver) {
    wanted.put(channel, receiver); // first: a link that opens at this moment looks here
    links.values().forEach(link -> link.subscribe(channel));
  }

  void unsubscribe(String channel) {
    wanted.remove(channel);
    links.values().forEach(link -> link.unsubscribe(channel));
  }

  private void tendUntilStopped() {
    try {
      while (!stopped.await(TEND_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
        tend();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tend() {
    try {
      followMasters();
      links.values().forEach(this::probe);
    } catch (Throwable e) {
      LOG.error("the feed's connections could not be tended; it is tried again", e);
    }
  }

  /**
   * While Redis is away the links stay: what is said of masters now need not be so when it is back.
   * With the gate closed for another reason they are given up, and those that come when it opens
   * compare every subscription.
   */
  private void followMasters() {
    if (!gate.open()) {
      if (gate.reachable()) {
        links.values().forEach(RedisFeedLink::close);
        links.clear();
      }
      return;
    }
    List<RedisShard> shards = redis.shards();
    links.forEach((shard, link) -> {
      if (!shards.contains(shard)) {
        LOG.atInfo()
            .addKeyValue("shard", shard.master())
            .log("a master of Redis has moved or changed its slots");
        links.remove(shard);
        link.close();
      }
    });
    for (RedisShard shard : shards) {
      if (!links.containsKey(shard)) {
        String probe = redis.keys().feedProbe(shard.tag(), name);
        RedisFeedLink link = new RedisFeedLink(redis, shard, probe, wanted);
        links.put(shard, link);
        link.start();
      }
    }
  }

  private void probe(RedisFeedLink link) {
    try {
      link.probe();
    } catch (RedisAwayException e) {
      LOG.debug("the feed cannot be probed", e);
    }
  }
}
