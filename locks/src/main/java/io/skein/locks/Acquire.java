package io.skein.locks;

import io.skein.locks.Asking.Asked;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** One acquire with its waiting. Belongs to one thread. */
final class Acquire implements AutoCloseable {
  private final Locks locks;
  private final LockRequest request;
  private final Asking asking;

  Acquire(Locks locks, LockRequest request) {
    this.locks = locks;
    this.request = request;
    this.asking = new Asking(locks, request);
  }

  Optional<Lease> once() {
    Asked asked = asking.ask();
    if (asked.answer() instanceof Answer.Unanswered) {
      locks.stores().awaitVerdict();
      asked = asking.ask();
    }
    Optional<Lease> lease = leaseOf(asked);
    if (lease.isEmpty()) {
      locks.counts().refusals.increment();
    }
    return lease;
  }

  Optional<Lease> within(Duration wait) throws InterruptedException {
    long deadline = locks.now() + TimeUnit.NANOSECONDS.convert(wait); // at most 292 years
    asking.beTold(); // before the first question: it may be its turn at any time after that
    Asked first = asking.askInTurn();
    Optional<Lease> lease = leaseOf(first);
    if (lease.isPresent()) {
      return lease;
    }
    locks.counts().waits.increment();
    locks.listen();
    long begin = locks.now();
    try {
      lease = await(first, deadline, begin);
    } finally {
      locks.counts().waited(locks.now() - begin);
    }
    (lease.isPresent() ? locks.counts().handOvers : locks.counts().refusals).increment();
    return lease;
  }

  private Optional<Lease> await(Asked first, long deadline, long begin)
      throws InterruptedException {
    Asked asked = first;
    for (long left = deadline - locks.now();
        left > 0 && !locks.closed();
        left = deadline - locks.now()) {
      asking.awaitTurn(Math.min(left, pauseNanos(asked)), begin);
      asked = asking.askInTurn();
      Optional<Lease> lease = leaseOf(asked);
      if (lease.isPresent()) {
        return lease;
      }
    }
    return Optional.empty();
  }

  /** What is granted when the locks are closed already has been given back. */
  private Optional<Lease> leaseOf(Asked asked) {
    return asked.answer() instanceof Answer.Granted grant
        ? Optional.of(locks.granted(request, asked.claim(), grant, asked.stores(), asked.askedAt()))
            .filter(lease -> !lease.ended())
        : Optional.empty();
  }

  /** The nearer its turn, the sooner a waiter asks again, should nobody tell it. */
  private static long pauseNanos(Asked asked) {
    long ahead = asked.answer() instanceof Answer.Refused refused ? refused.ahead() : 0;
    boolean nobodyTells =
        asked.stores().size() == 1 && asked.stores().getFirst() instanceof PostgresLeases;
    int shortest = nobodyTells ? 10 : 50;
    long millis = Math.min(shortest * (ahead + 1), 200);
    return TimeUnit.MILLISECONDS.toNanos(millis)
        + ThreadLocalRandom.current().nextLong(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  /** Gives up the place in the queue, and what was granted unheard. */
  @Override
  public void close() {
    asking.close();
  }
}
