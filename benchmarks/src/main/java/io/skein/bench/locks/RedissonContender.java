package io.skein.bench.locks;

import org.redisson.Redisson;
import org.redisson.api.RLock;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/** Redisson's RLock: renewed by its watchdog, without a fence and without an order. */
final class RedissonContender implements LockContender {
  private final RedissonClient redisson;

  RedissonContender(String url) {
    Config config = new Config();
    // As many as Skein gives it: its 48 threads on two cores would be in each other's way.
    config.setThreads(2);
    config.setNettyThreads(2);
    config.useSingleServer().setAddress(url);
    this.redisson = Redisson.create(config);
  }

  @Override
  public Held lock(String name) {
    RLock lock = redisson.getLock("redisson:" + name);
    lock.lock();
    return lock::unlock;
  }

  @Override
  public void close() {
    redisson.shutdown();
  }
}
