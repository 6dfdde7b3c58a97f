package io.skein.tasks;

import io.skein.redis.Feature;
import io.skein.redis.FeatureGate;
import io.skein.redis.RedisAwayException;
import io.skein.redis.RedisConnections;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.redisson.api.RBatch;
import org.redisson.api.stream.StreamAddArgs;
import org.redisson.client.codec.StringCodec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends hints to Redis on a thread of its own, so that nobody who commits waits for Redis. At most
 * 10,000 wait here, and at most 10,000 in each stream; past that, and while Redis is away, hints
 * are dropped and counted: the claim in the fair order finds their tasks. Thread safe.
 */
final class RedisHints implements AutoCloseable {
  static final int STREAM_BOUND = 10_000;
  static final String FIELD = "task";

  private static final Logger LOG = LoggerFactory.getLogger(RedisHints.class);
  private static final int WAITING_BOUND = 10_000;
  private static final int BATCH = 256;

  private final RedisConnections redis;
  private final FeatureGate gate;
  private final BlockingQueue<Hint> waiting = new ArrayBlockingQueue<>(WAITING_BOUND);
  private final AtomicLong dropped = new AtomicLong();
  private final Thread sender;
  private volatile boolean closed;

  RedisHints(RedisConnections redis) {
    this.redis = redis;
    this.gate = redis.gate(Feature.TASK_QUEUE);
    this.sender = Thread.ofPlatform().name("skein-task-hints").daemon().start(this::run);
  }

  /** Hands a hint over; never blocks and never fails. */
  void offer(Hint hint) {
    if (!gate.open() || !waiting.offer(hint)) {
      dropped.incrementAndGet();
    }
  }

  /** Hints that were not sent since the start. */
  long dropped() {
    return dropped.get();
  }

  @Override
  public void close() {
    closed = true;
    sender.interrupt();
  }

  private void run() {
    List<Hint> batch = new ArrayList<>(BATCH);
    while (!closed) {
      batch.clear();
      if (awaitSome(batch)) {
        send(batch);
      }
    }
  }

  private boolean awaitSome(List<Hint> batch) {
    try {
      batch.add(waiting.take());
    } catch (InterruptedException stopping) {
      return false; // only close() interrupts this thread
    }
    waiting.drainTo(batch, BATCH - 1);
    return true;
  }

  private void send(List<Hint> batch) {
    try {
      RBatch commands = redis.redisson().createBatch();
      for (Hint hint : batch) {
        var unused =
            commands
                .<String, String>getStream(
                    redis.keys().taskHints(hint.queue(), hint.priority().level()),
                    StringCodec.INSTANCE)
                .addAsync(
                    StreamAddArgs.<String, String>entry(FIELD, hint.task().toString())
                        .trim()
                        .maxLen(STREAM_BOUND)
                        .noLimit());
      }
      gate.tell("send hints of tasks", commands::execute);
    } catch (RedisAwayException e) {
      notSent(batch, e);
    } catch (RuntimeException | Error e) {
      // The thread must live: without it hints are lost for good.
      LOG.error("hints could not be sent", e);
      notSent(batch, e);
    }
  }

  private void notSent(List<Hint> batch, Throwable reason) {
    dropped.addAndGet(batch.size());
    LOG.debug("hints were not sent; the fair claim finds their tasks", reason);
  }
}
