package io.skein.tasks;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executor;
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

  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private final Set<Thread> threads = new HashSet<>();
  private int idle;
  private int started;
  private boolean waking;
  private boolean closed;

  /** Runs it soon, on one of the threads; after the close never. */
  @Override
  public synchronized void execute(Runnable job) {
    if (!closed) {
      waiting.add(job);
      wakeOne();
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
      Thread thread =
          Thread.ofPlatform().name("skein-task-" + started++).daemon().unstarted(this::work);
      start(thread);
    }
  }

  private void start(Thread thread) {
    try {
      thread.start();
      threads.add(thread);
    } catch (Throwable e) {
      waking = false; // none is coming; the job stays for the next thread that is awake
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
    wakeOne();
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
