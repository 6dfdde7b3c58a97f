package io.skein.locks;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.redisson.api.RTopic;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wakes one waiter when a lock may have become free: at a release, and once when the subscription
 * stands, because a release before that went unheard. A lost message costs only the time until the
 * waiter's next poll. Redisson shares one connection among all watches.
 */
final class RedisReleaseWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RedisReleaseWatch.class);

  private final Semaphore signals = new Semaphore(0);
  private final RTopic topic;
  private final CompletableFuture<Integer> listener;

  RedisReleaseWatch(RedissonClient redisson, String channel) {
    topic = redisson.getTopic(channel, StringCodec.INSTANCE);
    listener =
        topic
            .addListenerAsync(String.class, (heard, message) -> signals.release())
            .toCompletableFuture()
            .whenComplete((id, failure) -> subscribed(failure));
  }

  /** Waits for a signal, at most this long. Signals that came together count as one. */
  void await(Duration atMost) throws InterruptedException {
    if (signals.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
      signals.drainPermits();
    }
  }

  /** Does not wait for Redis: the listener goes when its subscription has been answered. */
  @Override
  public void close() {
    CompletableFuture<Void> unused = listener.thenAccept(id -> topic.removeListenerAsync(id));
  }

  private void subscribed(Throwable failure) {
    if (failure == null) {
      signals.release();
    } else {
      LOG.debug("cannot listen for releases; the poll finds them", failure);
    }
  }
}
