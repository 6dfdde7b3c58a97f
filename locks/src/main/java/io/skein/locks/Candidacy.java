package io.skein.locks;

import io.skein.postgres.Leadership;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands for the leadership of a duty until it is closed: asks at a third of the lease, and tells a
 * listener of each change. The lease is the row of {@link Leadership}, the only one there is, and
 * not a lock in Redis: a leader is there for outages, too, and its term has to grow for ever.
 * Thread safe.
 */
public final class Candidacy implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Candidacy.class);
  private static final long STOP_SECONDS = 5;

  private final Leadership leadership;
  private final Duration lease;
  private final LeaderListener listener;
  private final LongSupplier nanoTime;

  /** Asks PostgreSQL, which may hang. */
  private final ScheduledExecutorService asking = oneThread("skein-candidacy");

  /** Watches the end of the lease, whether PostgreSQL answers or not. */
  private final ScheduledExecutorService watching = oneThread("skein-leadership-end");

  private final ExecutorService telling = oneThread("skein-leader");
  private boolean leads;
  private boolean closed;
  private long term;

  /** The last one that has ended here, whatever is left of its lease in the database. */
  private long ended;

  private long leadsUntil;

  /** Asks only when it is told to. */
  Candidacy(Leadership leadership, Duration lease, LeaderListener listener, LongSupplier nanoTime) {
    this.leadership = leadership;
    this.lease = lease;
    this.listener = listener;
    this.nanoTime = nanoTime;
  }

  /**
   * Stands from now on.
   *
   * @param leadership of one duty; belongs to this candidacy
   */
  public static Candidacy stand(Leadership leadership, LeaderListener listener) {
    Candidacy candidacy = new Candidacy(leadership, leadership.lease(), listener, System::nanoTime);
    long third = leadership.lease().toMillis() / 3;
    candidacy.asking.scheduleWithFixedDelay(
        candidacy::ask, 0, Math.max(1, third), TimeUnit.MILLISECONDS);
    return candidacy;
  }

  /** The term while this process leads, by its own clock; empty while it does not. */
  public synchronized OptionalLong term() {
    return leads && nanoTime.getAsLong() - leadsUntil < 0
        ? OptionalLong.of(term)
        : OptionalLong.empty();
  }

  /** Leads no more: tells the listener first, then resigns, so that another one follows at once. */
  @Override
  public void close() {
    asking.shutdown();
    synchronized (this) {
      if (closed) {
        return; // the lease may be the next candidacy's of this instance
      }
      closed = true;
      cease();
    }
    telling.shutdown();
    watching.shutdownNow();
    try {
      boolean told = telling.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
      boolean asked = asking.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
      if (told && asked) {
        leadership.resign();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.warn("cannot resign; the lease runs out", e);
    }
  }

  /**
   * Asks who leads. The database counts a lease from a little later than this process, and so may
   * go on with a term that has ended here: that one is given up first, so that each election is
   * another term.
   */
  void ask() {
    try {
      if (!stand()) {
        telling.submit(() -> {}).get(); // its end has been heard of, before anybody else leads
        leadership.resign();
        var unused = stand();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | RuntimeException e) {
      LOG.warn("cannot ask who leads; a leader stays one until its lease ends", e);
    }
  }

  private boolean stand() {
    long askedAt = nanoTime.getAsLong();
    return answered(leadership.lead(), askedAt + lease.toNanos());
  }

  /** False when the database goes on with a term that has ended here. */
  private synchronized boolean answered(OptionalLong answer, long until) {
    if (closed) {
      return true;
    }
    if (answer.isEmpty()) {
      cease();
      return true;
    }
    long led = answer.getAsLong();
    if (led != term) {
      cease();
    }
    if (led <= ended) {
      return false;
    }
    if (nanoTime.getAsLong() - until < 0) {
      leadsUntil = until;
      if (!leads) {
        leads = true;
        term = led;
        tell(() -> listener.elected(led));
      }
      var unused = watching.schedule(this::end, until - nanoTime.getAsLong(), TimeUnit.NANOSECONDS);
    }
    return true;
  }

  /** Does nothing when the lease was renewed since. */
  synchronized void end() {
    if (!closed && nanoTime.getAsLong() - leadsUntil >= 0) {
      cease();
    }
  }

  private void cease() {
    if (leads) {
      leads = false;
      long over = term;
      ended = over;
      tell(() -> listener.lost(over));
    }
  }

  private void tell(Runnable news) {
    telling.execute(() -> {
      try {
        news.run();
      } catch (RuntimeException e) {
        LOG.error("a listener of the leadership failed", e);
      }
    });
  }

  private static ScheduledExecutorService oneThread(String name) {
    return Executors.newSingleThreadScheduledExecutor(
        Thread.ofPlatform().name(name).daemon().factory());
  }
}
