package io.skein.locks;

import java.util.concurrent.CompletableFuture;
import org.redisson.api.RTopic;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears on one subscription, for all waiters of this process, whose turn it is. Subscribes when
 * somebody waits for the first time, and for good. A lost message costs only the time until the
 * waiter's next poll. Thread safe.
 */
final class RedisWakeChannel implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RedisWakeChannel.class);

  private final RTopic topic;
  private final Waiters waiters;
  private boolean wanted;

  RedisWakeChannel(RedissonClient redisson, String channel, Waiters waiters) {
    this.topic = redisson.getTopic(channel, StringCodec.INSTANCE);
    this.waiters = waiters;
  }

  /** Does not wait for Redis. */
  synchronized void listen() {
    if (!wanted) {
      wanted = true;
      CompletableFuture<Integer> unused =
          topic
              .addListenerAsync(String.class, (heard, owner) -> waiters.wake(owner))
              .toCompletableFuture()
              .whenComplete((id, failure) -> subscribed(failure));
    }
  }

  /** Does not wait for Redis. */
  @Override
  public synchronized void close() {
    if (wanted) {
      var unused = topic.removeAllListenersAsync();
    }
  }

  private void subscribed(Throwable failure) {
    if (failure == null) {
      waiters.wakeAll();
    } else {
      LOG.debug("cannot listen for turns; the poll finds them", failure);
      again();
    }
  }

  /** The next one that waits tries again. */
  private synchronized void again() {
    wanted = false;
  }
}
