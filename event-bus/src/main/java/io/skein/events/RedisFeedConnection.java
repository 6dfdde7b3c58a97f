package io.skein.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skein.redis.RedisConnections;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.BinaryJedisPubSub;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/**
 * The one connection of a process on which it hears of its watched flows. It reconnects for ever,
 * and cuts itself off when an idle connection does not answer a PING. Thread safe.
 */
final class RedisFeedConnection {
  private static final Logger LOG = LoggerFactory.getLogger(RedisFeedConnection.class);
  private static final Duration PROBE_INTERVAL = Duration.ofMillis(500);
  private static final Duration PROBE_LIMIT = Duration.ofMillis(1500);
  private static final int CHANNELS_PER_COMMAND = 500;

  private final RedisConnections redis;
  private final Receiver receiver;
  private final String probeChannel;
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<String> wanted = new HashSet<>();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private @Nullable Session session;

  /** Called on the connection's thread. */
  interface Receiver {
    /** From now on nothing published on this channel is missed, until the connection breaks. */
    void subscribed(String channel);

    void received(String channel, byte[] message);
  }

  RedisFeedConnection(RedisConnections redis, Receiver receiver) {
    this.redis = redis;
    this.receiver = receiver;
    this.probeChannel = redis.keys().feedProbe();
  }

  void start() {
    Thread.ofPlatform().name("skein-feed").daemon().start(this::run);
    Thread.ofPlatform().name("skein-feed-probe").daemon().start(this::probe);
  }

  void stop() {
    stopped.countDown();
    lock.lock();
    try {
      if (session != null) {
        session.cut();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether messages are being received. */
  boolean connected() {
    lock.lock();
    try {
      return session != null;
    } finally {
      lock.unlock();
    }
  }

  void subscribe(String channel) {
    lock.lock();
    try {
      if (wanted.add(channel) && session != null) {
        session.subscribeTo(List.of(channel));
      }
    } finally {
      lock.unlock();
    }
  }

  void unsubscribe(String channel) {
    lock.lock();
    try {
      if (wanted.remove(channel) && session != null) {
        session.unsubscribeFrom(channel);
      }
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      do {
        if (redis.health().available()) {
          listen();
        }
      } while (!stopped.await(100, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void listen() {
    try (Jedis jedis = redis.openSubscriber()) {
      jedis.subscribe(new Session(jedis), probeChannel.getBytes(UTF_8));
    } catch (JedisException e) {
      if (stopped.getCount() > 0) {
        LOG.warn("the feed lost its connection; every subscription is compared when it is back", e);
      }
    } catch (RuntimeException e) {
      LOG.error("the feed failed; it connects again", e);
    } finally {
      lock.lock();
      try {
        session = null;
      } finally {
        lock.unlock();
      }
    }
  }

  private void opened(Session opened) {
    lock.lock();
    try {
      session = opened;
      List<String> channels = new ArrayList<>(wanted);
      for (int from = 0; from < channels.size(); from += CHANNELS_PER_COMMAND) {
        int to = Math.min(from + CHANNELS_PER_COMMAND, channels.size());
        opened.subscribeTo(channels.subList(from, to));
      }
      if (stopped.getCount() == 0) {
        opened.cut();
      }
    } finally {
      lock.unlock();
    }
  }

  private void probe() {
    try {
      while (!stopped.await(PROBE_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
        lock.lock();
        try {
          if (session != null) {
            session.probe();
          }
        } finally {
          lock.unlock();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One life of the connection; its commands are sent under the lock. */
  private final class Session extends BinaryJedisPubSub {
    private final Jedis jedis;
    private volatile long heardAt = System.nanoTime();

    Session(Jedis jedis) {
      this.jedis = jedis;
    }

    void subscribeTo(List<String> channels) {
      send(() -> subscribe(channels.stream().map(c -> c.getBytes(UTF_8)).toArray(byte[][]::new)));
    }

    void unsubscribeFrom(String channel) {
      send(() -> unsubscribe(channel.getBytes(UTF_8)));
    }

    void probe() {
      long silence = System.nanoTime() - heardAt;
      if (silence > PROBE_LIMIT.toNanos()) {
        LOG.warn("the feed's connection does not answer; connecting again");
        cut();
      } else if (silence > PROBE_INTERVAL.toNanos() / 2) {
        send(this::ping);
      }
    }

    /** The reading thread notices and connects again. */
    void cut() {
      jedis.disconnect();
    }

    private void send(Runnable command) {
      try {
        command.run();
      } catch (JedisException e) {
        LOG.debug("the feed's connection broke", e);
        cut();
      }
    }

    @Override
    public void onSubscribe(byte[] channel, int subscribed) {
      heardAt = System.nanoTime();
      String name = new String(channel, UTF_8);
      if (name.equals(probeChannel)) {
        opened(this);
      } else {
        receiver.subscribed(name);
      }
    }

    @Override
    public void onMessage(byte[] channel, byte[] message) {
      heardAt = System.nanoTime();
      receiver.received(new String(channel, UTF_8), message);
    }

    @Override
    public void onPong(byte[] pattern) {
      heardAt = System.nanoTime();
    }
  }
}
