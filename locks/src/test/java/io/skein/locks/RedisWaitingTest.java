package io.skein.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.redis.KeySpace;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.UnifiedJedis;

/** Also when the clock of Redis goes back: then all that was written before is far ahead. */
class RedisWaitingTest extends WaitingContract {
  private static final Duration BACK = Duration.ofHours(1);
  private static final Duration SOON = Duration.ofSeconds(30);

  RedisWaitingTest() {
    super(Where.REDIS);
  }

  @Test
  void aWaiterThatDiedBeforeTheClockWentBackIsNotWaitedFor() {
    Claim dead = claim(TTL);
    Claim holder = claimOf(dead.name(), TTL);
    var unused = take(holder);
    store.acquireInTurn(dead);
    goBack(dead);
    store.release(holder);
    Claim next = claimOf(dead.name(), TTL);
    await().atMost(SOON).until(() -> store.acquire(next), StoreFixture::granted);
    store.release(next);
  }

  @Test
  void whoCameBeforeTheClockWentBackIsServedBeforeWhoCameAfter() {
    Claim holder = claim(TTL);
    Claim first = claimOf(holder.name(), TTL);
    Claim second = claimOf(holder.name(), TTL);
    var unused = take(holder);
    store.acquireInTurn(first);
    goBack(first);
    assertThat(store.acquireInTurn(second)).isEqualTo(new Answer.Refused(1));
    store.release(holder);
    assertThat(granted(store.acquireInTurn(second))).isFalse();
    assertThat(granted(store.acquireInTurn(first))).isTrue();
    store.release(first);
    store.release(second);
  }

  @Test
  void aHolderThatDiedBeforeTheClockWentBackHoldsForItsTimeToLiveOnly() {
    Claim dead = claim(SHORT);
    var unused = take(dead);
    String key = stores.redis().keys().lock(dead.name().value());
    stores.redis().jedis().pexpire(key, BACK.toMillis());
    Claim next = claimOf(dead.name(), TTL);
    await().atMost(SOON).until(() -> store.acquire(next), StoreFixture::granted);
    store.release(next);
  }

  /** Moves what the script has noted of a waiter. */
  private void goBack(Claim waiter) {
    UnifiedJedis jedis = stores.redis().jedis();
    KeySpace keys = stores.redis().keys();
    String lock = waiter.name().value();
    double micros = BACK.toNanos() / 1e3;
    jedis.zincrby(keys.lockWaiters(lock), micros, waiter.owner());
    jedis.hincrBy(keys.lockWaitersSeen(lock), waiter.owner(), (long) micros);
    jedis.pexpire(keys.lockWaiters(lock), BACK.toMillis());
    jedis.pexpire(keys.lockWaitersSeen(lock), BACK.toMillis());
  }
}
