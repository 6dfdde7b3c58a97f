package io.skein.redis;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A client that can be made only when a server answers, so it is made late, and tried again at most
 * once a second. Thread safe.
 */
final class LateClient<C extends UnifiedJedis> implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Supplier<C> maker;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable C made;
  private long triedAt = System.nanoTime() - PAUSE.toNanos();
  private boolean closed;

  /**
   * @param maker throws a {@link JedisException} while no server answers
   */
  LateClient(Supplier<C> maker) {
    this.maker = maker;
  }

  /**
   * The client.
   *
   * @throws JedisConnectionException while there is none
   */
  C get() {
    C client = made;
    return client == null ? make() : client;
  }

  private C make() {
    if (!lock.tryLock()) {
      throw new JedisConnectionException("another thread is looking for the servers");
    }
    try {
      C client = made;
      if (client != null) {
        return client;
      }
      if (closed || System.nanoTime() - triedAt < PAUSE.toNanos()) {
        throw new JedisConnectionException("no server has been reached yet");
      }
      try {
        client = maker.get();
      } finally {
        triedAt = System.nanoTime();
      }
      made = client;
      return client;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      C client = made;
      if (client != null) {
        client.close();
      }
    } finally {
      lock.unlock();
    }
  }
}
