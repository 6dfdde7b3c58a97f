package io.skein.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skein.events.RedisFeedConnection.Receiver;
import io.skein.redis.Feature;
import io.skein.redis.FeatureGate;
import io.skein.redis.RedisAwayException;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisShard;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.BinaryJedisShardedPubSub;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/**
 * The feed's connection to one master, again and again until it is closed. It publishes to itself:
 * a connection that answers but delivers nothing is as good as none. Thread safe.
 */
final class RedisFeedLink {
  private static final Logger LOG = LoggerFactory.getLogger(RedisFeedLink.class);
  private static final Duration RECONNECT = Duration.ofMillis(100);
  private static final Duration LONGEST_SILENCE = Duration.ofMillis(1500);
  private static final byte[] NOTHING = {};

  private final RedisConnections redis;
  private final FeatureGate gate;
  private final RedisShard shard;
  private final String probeChannel;
  private final Map<String, Receiver> wanted;
  private final CountDownLatch closed = new CountDownLatch(1);

  /** Held while something is sent, and while the session changes. */
  private final ReentrantLock lock = new ReentrantLock();

  private @Nullable Session session;

  /** Of the reading thread. */
  private boolean lossTold;

  /**
   * @param wanted all channels that are to be heard at the moment, of other masters too, and by
   *     whom
   */
  RedisFeedLink(
      RedisConnections redis, RedisShard shard, String probeChannel, Map<String, Receiver> wanted) {
    this.redis = redis;
    this.gate = redis.gate(Feature.EVENT_BUS);
    this.shard = shard;
    this.probeChannel = probeChannel;
    this.wanted = wanted;
  }

  void start() {
    Thread.ofPlatform().name("skein-feed").daemon().start(this::run);
  }

  void close() {
    closed.countDown();
    inSession(Session::cut);
  }

  boolean connected() {
    lock.lock();
    try {
      return session != null;
    } finally {
      lock.unlock();
    }
  }

  void subscribe(String channel) {
    if (shard.holds(channel)) {
      inSession(open -> {
        if (wanted.containsKey(channel)) {
          open.send(() -> open.ssubscribe(channel.getBytes(UTF_8)));
        }
      });
    }
  }

  void unsubscribe(String channel) {
    if (shard.holds(channel)) {
      inSession(open -> open.leave(channel));
    }
  }

  /**
   * Says something to itself, or cuts the connection on which that was not heard.
   *
   * @throws RedisAwayException when nothing can be said
   */
  void probe() {
    inSession(open -> {
      if (System.nanoTime() - open.heardAt > LONGEST_SILENCE.toNanos()) {
        LOG.atWarn()
            .addKeyValue("shard", shard.master())
            .log("the feed's connection delivers nothing; connecting again");
        open.cut();
      }
    });
    if (connected()) {
      gate.call(
          "probe the feed",
          () -> {
            redis.publish(probeChannel, NOTHING);
            return NOTHING;
          });
    }
  }

  private void inSession(Consumer<Session> action) {
    lock.lock();
    try {
      if (session != null) {
        action.accept(session);
      }
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      do {
        if (gate.open()) {
          listen();
        }
      } while (!closed.await(RECONNECT.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void listen() {
    try (Jedis jedis = redis.connect(shard)) {
      Connection connection = jedis.getConnection();
      connection.setSoTimeout(Math.toIntExact(LONGEST_SILENCE.toMillis()));
      try {
        new Session(connection).proceed(connection, probeChannel.getBytes(UTF_8));
      } finally {
        ended(); // before it is closed: what is sent after that would connect it again
      }
    } catch (JedisException e) {
      lost(e);
    } catch (Throwable e) {
      LOG.error("the feed failed; it connects again", e);
    }
  }

  /** It is tried ten times a second, for as long as Redis is not known to be away. */
  private void lost(JedisException e) {
    if (!lossTold && closed.getCount() > 0) {
      lossTold = true;
      LOG.atWarn()
          .addKeyValue("shard", shard.master())
          .addKeyValue("reason", e.toString())
          .log("the feed lost its connection; every subscription is compared when it is back");
    }
    LOG.atDebug()
        .addKeyValue("shard", shard.master())
        .setCause(e)
        .log("the feed has no connection");
  }

  private void ended() {
    lock.lock();
    try {
      session = null;
    } finally {
      lock.unlock();
    }
  }

  /** The channels wanted at this moment are subscribed here, later ones by {@link #subscribe}. */
  private void opened(Session opened) {
    lock.lock();
    try {
      opened.readWithoutLimit();
      session = opened;
      lossTold = false;
      if (closed.getCount() == 0) {
        opened.cut();
      }
    } finally {
      lock.unlock();
    }
    for (String channel : wanted.keySet()) {
      opened.heardAt = System.nanoTime(); // to say many thousands takes longer than a silence may
      subscribe(channel);
    }
  }

  /** One life of the connection; its commands are sent under the lock. */
  private final class Session extends BinaryJedisShardedPubSub {
    private final Connection connection;

    /** Channels that were left, and how often, until Redis has said so. */
    private final Map<String, Integer> leaving = new ConcurrentHashMap<>();

    private volatile long heardAt = System.nanoTime();

    Session(Connection connection) {
      this.connection = connection;
    }

    /** From now on {@link #probe} sees to it that there is something to read. */
    void readWithoutLimit() {
      connection.setTimeoutInfinite();
    }

    void leave(String channel) {
      leaving.merge(channel, 1, Integer::sum);
      send(() -> sunsubscribe(channel.getBytes(UTF_8)));
    }

    /** The reading thread notices and connects again. Throws nothing: its callers hold maps. */
    void cut() {
      try {
        connection.disconnect();
      } catch (RuntimeException e) {
        // It flushes first, which fails on a broken socket; the socket is closed all the same.
        LOG.debug("the feed's connection was broken when it was cut", e);
      }
    }

    private void send(Runnable command) {
      try {
        command.run();
      } catch (RuntimeException e) {
        LOG.debug("the feed's connection broke", e);
        cut();
      }
    }

    @Override
    public void onSSubscribe(byte[] channel, int subscribed) {
      heardAt = System.nanoTime();
      String name = new String(channel, UTF_8);
      if (name.equals(probeChannel)) {
        opened(this);
      } else {
        Receiver receiver = wanted.get(name);
        if (receiver != null) {
          receiver.subscribed();
        }
      }
    }

    @Override
    public void onSMessage(byte[] channel, byte[] message) {
      heardAt = System.nanoTime();
      Receiver receiver = wanted.get(new String(channel, UTF_8)); // nobody's is the probe
      if (receiver != null && message.length > 0) {
        receiver.received(message);
      }
    }

    /** By our own wish, or because the slot has moved to another master. */
    @Override
    public void onSUnsubscribe(byte[] channel, int subscribed) {
      heardAt = System.nanoTime();
      String name = new String(channel, UTF_8);
      boolean ownWish = leaving.containsKey(name);
      leaving.computeIfPresent(name, (left, times) -> times == 1 ? null : times - 1);
      if (!ownWish && wanted.containsKey(name)) {
        cut();
      }
    }
  }
}
