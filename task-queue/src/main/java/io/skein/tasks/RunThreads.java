package io.skein.tasks;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Platform threads for runs, as many as run at once. Only one thread is woken at a time, and it
 * wakes the next when it has come and there is still something to do: threads that are awake take
 * short runs one after the other, instead of each run waking a thread of its own, and a run that
 * takes long only delays the next by the time a thread needs to wake. Thread safe.
 */
final class RunThreads implements Executor, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunThreads.class);
  private static final Duration KEPT_IDLE = Duration.ofMinutes(1);

  private final ThreadFactory factory;
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private final Set<Thread> threads = new HashSet<>();
  private int idle;
  private boolean waking;
  private boolean closed;

  RunThreads() {
    this(Thread.ofPlatform().name("skein-task-", 0).daemon().factory());
  }

  RunThreads(ThreadFactory factory) {
    this.factory = factory;
  }

  /**
   * Runs it soon, on one of the threads; after the close never.
   *
   * @throws Error or what else kept a needed thread from starting; the job will not run
   */
  @Override
  public synchronized void execute(Runnable job) {
    if (!closed) {
      waiting.add(job);
      try {
        wakeOne();
      } catch (RuntimeException | Error e) {
        waiting.removeLast();
        throw e;
      }
    }
  }

  /** Interrupts what runs and forgets what waits. Does not wait for it. */
  @Override
  public synchronized void close() {
    closed = true;
    waiting.clear();
    threads.forEach(Thread::interrupt);
    notifyAll();
  }

  private void wakeOne() {
    if (waking || waiting.isEmpty()) {
      return;
    }
    waking = true;
    if (idle > 0) {
      notify();
    } else {
      startOne();
    }
  }

  private void startOne() {
    try {
      Thread thread = factory.newThread(this::work);
      thread.start();
      threads.add(thread);
    } catch (Throwable e) {
      waking = false; // none is coming
      throw e;
    }
  }

  private void work() {
    awake();
    try {
      Runnable job = next();
      while (job != null) {
        run(job);
        job = next();
      }
    } finally {
      leave();
    }
  }

  private synchronized void awake() {
    waking = false;
  }

  private synchronized void leave() {
    threads.remove(Thread.currentThread());
  }

  /** Null when this thread is no longer needed. */
  private synchronized @Nullable Runnable next() {
    long end = System.nanoTime() + KEPT_IDLE.toNanos();
    while (waiting.isEmpty() && !closed) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        return null;
      }
      rest(left);
      waking = false;
    }
    Runnable job = waiting.poll();
    try {
      wakeOne();
    } catch (RuntimeException | Error e) {
      LOG.warn("no more threads can be had for runs; those that are awake do what waits", e);
    }
    return job;
  }

  private void rest(long nanos) {
    idle++;
    try {
      wait(nanos / 1_000_000 + 1);
    } catch (InterruptedException late) {
      // Meant for the run that has left this thread; the close is seen by its flag.
    } finally {
      idle--;
    }
  }

  private static void run(Runnable job) {
    try {
      job.run();
    } catch (Throwable e) {
      LOG.error("a run ended its thread's work; the thread goes on", e);
    }
  }
}
