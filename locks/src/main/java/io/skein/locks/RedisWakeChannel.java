package io.skein.locks;

import java.util.concurrent.atomic.AtomicBoolean;
import org.redisson.api.RTopic;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears on one subscription, for all waiters of this process, whose turn it is. Subscribes when
 * somebody waits for the first time, until it is closed. A lost message costs only the time until
 * the waiter's next poll. Thread safe.
 */
final class RedisWakeChannel implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RedisWakeChannel.class);

  private final RedissonClient redisson;
  private final String channel;
  private final Waiters waiters;
  private final AtomicBoolean wanted = new AtomicBoolean();
  private volatile boolean closed;

  RedisWakeChannel(RedissonClient redisson, String channel, Waiters waiters) {
    this.redisson = redisson;
    this.channel = channel;
    this.waiters = waiters;
  }

  /** Does not wait for Redis: Redisson connects at its first call, on the caller's thread. */
  void listen() {
    if (wanted.compareAndSet(false, true)) {
      Thread.ofVirtual().name("skein-lock-turns").start(this::subscribe);
    }
  }

  /** Does not wait for Redis. */
  @Override
  public void close() {
    closed = true;
    if (wanted.get()) {
      Thread.ofVirtual().start(this::unsubscribe);
    }
  }

  private void subscribe() {
    try {
      topic().addListener(String.class, (heard, owner) -> waiters.wake(owner));
      waiters.wakeAll();
    } catch (RuntimeException e) {
      LOG.debug("cannot listen for turns; the poll finds them", e);
      wanted.set(false); // the next one that waits tries again
    }
    if (closed) {
      unsubscribe(); // it was too early when it was closed
    }
  }

  private void unsubscribe() {
    try {
      var unused = topic().removeAllListenersAsync();
    } catch (RuntimeException e) {
      LOG.debug("cannot end listening for turns; the connection ends it", e);
    }
  }

  private RTopic topic() {
    return redisson.getTopic(channel, StringCodec.INSTANCE);
  }
}
