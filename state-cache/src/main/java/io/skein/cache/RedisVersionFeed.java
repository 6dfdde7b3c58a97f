package io.skein.cache;

import io.skein.redis.Feature;
import io.skein.redis.FeatureGate;
import io.skein.redis.RedisConnections;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Listens to the channel of versions, such as {@code flow:versions}, on a connection of its own,
 * connects again for ever, and cuts a connection that does not answer its probe. Thread safe.
 */
final class RedisVersionFeed {
  /** No subscription: nothing is heard. */
  static final long DOWN = 0;

  /** In the place of the epoch: the state is to be loaded anew. */
  private static final String FORGET = "-";

  private static final Logger LOG = LoggerFactory.getLogger(RedisVersionFeed.class);
  private static final Duration RECONNECT = Duration.ofMillis(100);
  private static final Duration PROBE = Duration.ofMillis(500);
  private static final Duration LONGEST_SILENCE = Duration.ofMillis(1500);

  private final RedisConnections redis;
  private final FeatureGate gate;
  private final String channel;
  private final BiConsumer<String, StateVersion> onVersion;
  private final Consumer<String> onForget;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile @Nullable Session session;
  private volatile long subscription = DOWN;
  private long subscriptions;

  /** Of the reading thread. */
  private boolean lossTold;

  /**
   * @param onVersion hears of every version that is told
   * @param onForget hears of states that shall be loaded anew although their version stays
   */
  RedisVersionFeed(
      RedisConnections redis,
      String kind,
      BiConsumer<String, StateVersion> onVersion,
      Consumer<String> onForget) {
    this.redis = redis;
    this.gate = redis.gate(Feature.STATE_CACHE);
    this.channel = redis.keys().versions(kind);
    this.onVersion = onVersion;
    this.onForget = onForget;
  }

  void start() {
    Thread.ofPlatform().name("skein-versions").daemon().start(this::listenUntilStopped);
    Thread.ofPlatform().name("skein-versions-probe").daemon().start(this::probeUntilStopped);
  }

  void stop() {
    stopped.countDown();
    Session current = session;
    if (current != null) {
      current.cut();
    }
  }

  /** A number for this life of the subscription, never used again, or {@link #DOWN}. */
  long subscription() {
    return subscription;
  }

  private void listenUntilStopped() {
    try {
      do {
        if (gate.reachable()) {
          listen();
        }
      } while (!stopped.await(RECONNECT.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void listen() {
    try (Jedis jedis = redis.connect()) {
      Session opened = new Session(jedis);
      session = opened;
      jedis.subscribe(opened, channel);
    } catch (JedisException e) {
      lost(e);
    } catch (RuntimeException | Error e) {
      // The thread must live: without it the near level stays off for good.
      LOG.error("the feed of versions failed; it connects again", e);
    } finally {
      subscription = DOWN;
      session = null;
    }
  }

  /** It is tried ten times a second, for as long as Redis is not known to be away. */
  private void lost(JedisException e) {
    if (!lossTold && stopped.getCount() > 0) {
      lossTold = true;
      LOG.atWarn()
          .addKeyValue("reason", e.toString())
          .log("the feed of versions lost its connection; near entries do not count");
    }
    LOG.debug("the feed of versions has no connection", e);
  }

  private void probeUntilStopped() {
    try {
      while (!stopped.await(PROBE.toMillis(), TimeUnit.MILLISECONDS)) {
        Session current = session;
        if (current != null) {
          current.probe();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void received(String message) {
    String[] parts = message.split(" ", -1);
    if (parts.length != 3) {
      LOG.warn("ignoring a message that is not id, epoch and version");
    } else if (parts[1].equals(FORGET)) {
      onForget.accept(parts[0]);
    } else {
      versionReceived(parts[0], parts[1], parts[2]);
    }
  }

  private void versionReceived(String id, String epoch, String version) {
    try {
      onVersion.accept(id, new StateVersion(Long.parseLong(epoch), Long.parseLong(version)));
    } catch (NumberFormatException e) {
      LOG.warn("ignoring a message that is not id, epoch and version", e);
    }
  }

  /** One life of the connection. */
  private final class Session extends JedisPubSub {
    private final Jedis jedis;
    private volatile long heardAt = System.nanoTime();

    Session(Jedis jedis) {
      this.jedis = jedis;
    }

    /** The reading thread notices and connects again. */
    void cut() {
      subscription = DOWN;
      jedis.disconnect();
    }

    void probe() {
      if (System.nanoTime() - heardAt > LONGEST_SILENCE.toNanos()) {
        LOG.warn("the feed of versions does not answer; connecting again");
        cut();
      } else if (isSubscribed()) {
        try {
          ping();
        } catch (JedisException e) {
          LOG.debug("the feed of versions cannot be probed", e);
          cut();
        }
      }
    }

    @Override
    public void onSubscribe(String channel, int channels) {
      heardAt = System.nanoTime();
      subscriptions++;
      subscription = subscriptions;
      lossTold = false;
      if (stopped.getCount() == 0) {
        cut();
      }
    }

    @Override
    public void onMessage(String channel, String message) {
      heardAt = System.nanoTime();
      received(message);
    }

    @Override
    public void onPong(String pattern) {
      heardAt = System.nanoTime();
    }
  }
}
