package io.skein.locks;

import java.time.Duration;
import java.util.Optional;

/**
 * Where leases and the queues of those who wait for them are kept. Each operation may be repeated
 * with the same claim and then answers as if it had run once. What a store throws means that nobody
 * knows whether the operation happened. Thread safe.
 */
interface LeaseStore {
  /**
   * How long a waiter keeps its place without asking again: above the longest pause between two
   * polls and one call without an answer.
   */
  Duration PATIENCE = Duration.ofMillis(1_500);

  /** For people: {@code redis} or {@code postgres}. */
  String label();

  /** Takes the lock if it is free and nobody waits for it, or already this owner's. */
  Answer acquire(Claim claim);

  /**
   * Takes the lock if it is free and this owner's turn, or already its own; else takes a place in
   * the queue, or keeps the one it has.
   */
  Answer acquireInTurn(Claim claim);

  /**
   * Prolongs the lease, also one that this store has lost or never had, as long as nobody held the
   * lock since; false when somebody did or it was released.
   */
  boolean renew(Claim claim, Answer.Granted grant);

  /**
   * Gives back the lock, or the place in the queue, if this owner has it.
   *
   * @return the owner of this process whose turn it is now and who was not told yet
   */
  Optional<String> release(Claim claim);

  /**
   * {@link #release}, while the lease goes on in another store: it may come back here as long as
   * nobody held the lock since.
   */
  Optional<String> leave(Claim claim);

  /** Who holds the lock now, for people. */
  Optional<LockHolder> holder(LockName name);
}
