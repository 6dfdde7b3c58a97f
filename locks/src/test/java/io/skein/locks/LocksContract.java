package io.skein.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a lock promises, wherever its lease is kept. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class LocksContract {
  private static final Duration TTL = Duration.ofSeconds(10);
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration MAXIMUM_HOLD = Duration.ofSeconds(2);

  private final LockName name = new LockName("flow:" + UUID.randomUUID());
  private Stores stores;
  private LeaseStore store;
  private Locks locks;
  private Locks others;

  /** Redis that answers, or an address where nobody does. */
  abstract String redisUrl();

  abstract LeaseStore storeOf(Stores stores);

  @BeforeAll
  void open() {
    stores = Stores.open(redisUrl());
    store = storeOf(stores);
    locks = new Locks(stores.redis(), stores.database(), MAXIMUM_HOLD);
    others = new Locks(stores.redis(), stores.database(), MAXIMUM_HOLD);
  }

  @AfterAll
  void close() {
    locks.close();
    others.close();
    stores.close();
  }

  @Test
  void contention_is_an_empty_answer_and_names_the_holder() throws Exception {
    LockName mine = freshName();
    try (Lease lease = locks.acquire(mine, "approve by ann", TTL, Duration.ZERO).orElseThrow()) {
      assertThat(lease.held()).isTrue();
      assertThat(others.acquire(mine, "pause by bob", TTL, Duration.ZERO)).isEmpty();
      assertThat(others.holder(mine)).contains("approve by ann");
    }
    assertThat(others.holder(mine)).isEmpty();
    others.acquire(mine, "pause by bob", TTL, Duration.ZERO).orElseThrow().release();
  }

  @Test
  void fences_grow_and_a_released_handle_is_spent() throws Exception {
    LockName mine = freshName();
    Lease first = locks.acquire(mine, "first", TTL, Duration.ZERO).orElseThrow();
    Fence fence = first.fence();
    first.release();
    first.release();
    assertThat(first.held()).isFalse();
    assertThatThrownBy(first::fence).isInstanceOf(IllegalStateException.class);
    try (Lease second = others.acquire(mine, "second", TTL, Duration.ZERO).orElseThrow()) {
      assertThat(second.fence()).isGreaterThan(fence);
    }
  }

  @Test
  void an_acquire_that_runs_twice_answers_the_same_fence() {
    Claim claim = claim(TTL);
    Optional<Fence> first = store.acquire(claim);
    assertThat(first).isPresent();
    assertThat(store.acquire(claim)).isEqualTo(first);
    store.release(claim);
    store.release(claim);
    assertThat(store.holder(claim.name())).isEmpty();
  }

  @Test
  void a_foreigner_neither_renews_nor_releases() {
    Claim owner = claim(TTL);
    Fence fence = store.acquire(owner).orElseThrow();
    Claim foreigner = new Claim(owner.name(), "somebody else", "mallory", TTL);
    store.release(foreigner);
    assertThat(store.renew(foreigner, new Fence(fence.value() + 1000))).isFalse();
    assertThat(store.holder(owner.name())).contains("tester");
    store.release(owner);
  }

  @Test
  void a_renewal_that_arrives_after_the_release_does_not_revive_the_lease() {
    Claim claim = claim(TTL);
    Fence fence = store.acquire(claim).orElseThrow();
    store.release(claim);
    assertThat(store.renew(claim, fence)).isFalse();
    assertThat(store.holder(claim.name())).isEmpty();
  }

  @Test
  void an_expired_lease_is_free_and_its_late_renewal_is_refused_once_another_held_the_lock() {
    Claim frozen = claim(Duration.ofMillis(60));
    Fence old = store.acquire(frozen).orElseThrow();
    Claim next = new Claim(frozen.name(), "next", "next", TTL);
    Fence fence = await().until(() -> store.acquire(next), Optional::isPresent).orElseThrow();
    assertThat(fence).isGreaterThan(old);
    assertThat(store.renew(frozen, old)).isFalse();
    store.release(next);
    assertThat(store.renew(frozen, old)).isFalse();
  }

  @Test
  void a_renewal_takes_over_a_lease_that_the_store_never_had() {
    Claim moved = claim(TTL);
    Fence fence = new Fence(1_000_000);
    assertThat(store.renew(moved, fence)).isTrue();
    assertThat(store.holder(moved.name())).contains("tester");
    assertThat(store.acquire(moved)).contains(fence);
    store.release(moved);
  }

  @Test
  void a_held_lease_outlives_its_time_to_live_until_the_maximum_hold() throws Exception {
    LockName mine = freshName();
    Lease lease = locks.acquire(mine, "long", SHORT, Duration.ZERO).orElseThrow();
    long begin = System.nanoTime();
    Optional<Lease> next =
        others.acquire(mine, "next", TTL, MAXIMUM_HOLD.plus(SHORT).plusSeconds(5));
    Duration waited = Duration.ofNanos(System.nanoTime() - begin);
    assertThat(next).isPresent();
    assertThat(waited).isGreaterThan(MAXIMUM_HOLD.minus(SHORT));
    assertThat(lease.held()).isFalse();
    next.orElseThrow().release();
  }

  @Test
  void a_waiter_is_served_after_the_release() throws Exception {
    LockName mine = freshName();
    Lease lease = locks.acquire(mine, "first", TTL, Duration.ZERO).orElseThrow();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Optional<Lease>> waiting =
          executor.submit(() -> others.acquire(mine, "waiter", TTL, Duration.ofSeconds(5)));
      lease.release();
      waiting.get().orElseThrow().release();
    }
  }

  @Test
  void closing_gives_every_lease_back() throws Exception {
    LockName mine = freshName();
    Locks stopping = new Locks(stores.redis(), stores.database(), MAXIMUM_HOLD);
    Lease lease = stopping.acquire(mine, "stopping", TTL, Duration.ZERO).orElseThrow();
    stopping.close();
    assertThat(lease.held()).isFalse();
    assertThat(others.holder(mine)).isEmpty();
  }

  /** The plain counter: lost updates show that two were inside at once. */
  @Test
  void only_one_is_inside() throws Exception {
    int threads = 16;
    int rounds = 25;
    PlainCounter counter = new PlainCounter();
    List<Long> fences = new ArrayList<>();
    Callable<Integer> work =
        () -> {
          for (int round = 0; round < rounds; round++) {
            Locks door = round % 2 == 0 ? locks : others;
            try (Lease lease =
                door.acquire(name, "counter", TTL, Duration.ofSeconds(60)).orElseThrow()) {
              fences.add(lease.fence().value());
              counter.increment();
            }
          }
          return rounds;
        };
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<Future<Integer>> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        all.add(executor.submit(work));
      }
      for (Future<Integer> one : all) {
        one.get();
      }
    }
    assertThat(counter.value).isEqualTo(threads * rounds);
    assertThat(fences).hasSize(threads * rounds).isSorted().doesNotHaveDuplicates();
  }

  private static LockName freshName() {
    return new LockName("flow:" + UUID.randomUUID());
  }

  private static Claim claim(Duration ttl) {
    return new Claim(freshName(), UUID.randomUUID().toString(), "tester", ttl);
  }

  /** Without any synchronisation but the lock under test; yields between read and write. */
  private static final class PlainCounter {
    private int value;

    void increment() {
      int read = value;
      Thread.yield();
      value = read + 1;
    }
  }
}
