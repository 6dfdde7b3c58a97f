package io.skein.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.postgres.FallbackBusyException;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** Two processes' worth of locks over the same stores. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class StoreFixture {
  static final Duration TTL = Duration.ofSeconds(10);
  static final Duration SHORT = Duration.ofSeconds(1);
  static final Duration MAXIMUM_HOLD = Duration.ofSeconds(3);

  final Where where;
  Stores stores;
  LeaseStore store;
  Locks locks;
  Locks others;

  StoreFixture(Where where) {
    this.where = where;
  }

  @BeforeAll
  void open() {
    stores = Stores.open(where.redisUrl());
    if (where == Where.REDIS) {
      stores.awaitRedis();
    }
    store = where.store(stores);
    locks = new Locks(stores.redis(), stores.database(), MAXIMUM_HOLD);
    others = new Locks(stores.redis(), stores.database(), MAXIMUM_HOLD);
  }

  @AfterAll
  void close() {
    locks.close();
    others.close();
    stores.close();
  }

  static LockName freshName() {
    return new LockName("flow:" + UUID.randomUUID());
  }

  static Claim claim(Duration ttl) {
    return claimOf(freshName(), ttl);
  }

  static Claim claimOf(LockName name, Duration ttl) {
    return new Claim(name, "process:" + UUID.randomUUID(), "tester", ttl);
  }

  Answer.Granted take(Claim claim) {
    if (store.acquire(claim) instanceof Answer.Granted granted) {
      return granted;
    }
    throw new AssertionError("the lock was not free");
  }

  /** Who is told to come again, since PostgreSQL has enough to do, comes again. */
  static Lease acquired(Locks door, LockRequest request) throws InterruptedException {
    while (true) {
      try {
        return door.acquire(request, Duration.ofSeconds(150)).orElseThrow();
      } catch (FallbackBusyException e) {
        assertThat(e).hasMessageContaining("try again");
      }
    }
  }

  static boolean granted(Answer answer) {
    return answer instanceof Answer.Granted;
  }
}
