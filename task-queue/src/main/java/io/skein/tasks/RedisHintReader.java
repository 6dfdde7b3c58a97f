package io.skein.tasks;

import io.skein.redis.Feature;
import io.skein.redis.FeatureGate;
import io.skein.redis.RedisAwayException;
import io.skein.redis.RedisConnections;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.redisson.api.RBatch;
import org.redisson.api.RStream;
import org.redisson.api.RStreamAsync;
import org.redisson.api.stream.StreamCreateGroupArgs;
import org.redisson.api.stream.StreamMessageId;
import org.redisson.api.stream.StreamMultiReadGroupArgs;
import org.redisson.api.stream.StreamReadGroupArgs;
import org.redisson.client.RedisException;
import org.redisson.client.codec.StringCodec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the hints of one queue while this worker has free slots; while it has none they stay in
 * Redis for others. An entry is deleted as soon as it was taken. One that Redis delivered and that
 * never arrived, since an answer came too late, is read again whenever nothing new comes. It is all
 * only a hint: the claim in the fair order finds every task whose hint was lost.
 */
final class RedisHintReader implements RunUntilStopped.Round {
  static final String GROUP = "workers";

  private static final Logger LOG = LoggerFactory.getLogger(RedisHintReader.class);

  // Whole seconds: Redisson reads a BLOCK below 1 s as "wait for ever" when it sets its own
  // time-out.
  private static final Duration BLOCK = Duration.ofSeconds(1);
  private static final StreamMessageId BEGINNING = new StreamMessageId(0, 0);
  static final Duration PAUSE = Duration.ofMillis(250);

  private final RedisConnections redis;
  private final FeatureGate gate;
  private final String queue;
  private final String consumer;
  private final Slots slots;
  private final RedisHints sender;
  private final Map<Priority, StreamMessageId[]> taken = new EnumMap<>(Priority.class);
  private boolean readSome;

  RedisHintReader(
      RedisConnections redis, String queue, String consumer, Slots slots, RedisHints sender) {
    this.redis = redis;
    this.gate = redis.gate(Feature.TASK_QUEUE);
    this.queue = queue;
    this.consumer = consumer;
    this.slots = slots;
    this.sender = sender;
  }

  @Override
  public void run() throws InterruptedException {
    try {
      if (gate.open()) {
        readOnce();
      } else {
        Thread.sleep(PAUSE);
      }
    } catch (RedisAwayException e) {
      recover(e);
    }
  }

  private void readOnce() throws InterruptedException {
    int most = slots.awaitRoom();
    taken.clear();
    List<Hint> read = readWaiting(most);
    if (taken.isEmpty()) {
      read = awaitNext();
    }
    if (taken.isEmpty()) {
      read = readUndelivered(most);
    }
    if (!taken.isEmpty()) {
      readSome = true;
      slots.offer(read).forEach(sender::offer);
      forget();
    } else if (readSome) {
      readSome = false;
      slots.hintsRanOut();
    }
  }

  private List<Hint> readWaiting(int most) {
    List<Hint> hints = new ArrayList<>();
    for (Priority priority : Priority.values()) {
      if (hints.size() < most) {
        StreamReadGroupArgs next = StreamReadGroupArgs.neverDelivered().count(most - hints.size());
        Map<StreamMessageId, Map<String, String>> entries =
            gate.call("read hints", () -> stream(priority).readGroup(GROUP, consumer, next));
        take(priority, entries, hints);
      }
    }
    return hints;
  }

  /** Waits for the first hint of any priority; a blocking read counts per stream. */
  private List<Hint> awaitNext() {
    return readAll(allAfter(StreamMessageId.NEVER_DELIVERED).count(1).timeout(BLOCK));
  }

  /** What was delivered to this worker and not taken. */
  private List<Hint> readUndelivered(int most) {
    return readAll(allAfter(BEGINNING).count(most));
  }

  private StreamMultiReadGroupArgs allAfter(StreamMessageId id) {
    return StreamMultiReadGroupArgs.greaterThan(
        id, key(Priority.NORMAL), id, key(Priority.LOW), id);
  }

  private List<Hint> readAll(StreamMultiReadGroupArgs args) {
    Map<String, Map<StreamMessageId, Map<String, String>>> entries =
        gate.callUntimed(
            "wait for hints", () -> stream(Priority.HIGH).readGroup(GROUP, consumer, args));
    List<Hint> hints = new ArrayList<>();
    for (Priority priority : Priority.values()) {
      take(priority, entries.getOrDefault(key(priority), Map.of()), hints);
    }
    return hints;
  }

  private void take(
      Priority priority, Map<StreamMessageId, Map<String, String>> entries, List<Hint> hints) {
    if (!entries.isEmpty()) {
      taken.put(priority, entries.keySet().toArray(StreamMessageId[]::new));
    }
    for (Map<String, String> fields : entries.values()) {
      // An entry that was trimmed before it was taken has no fields any more.
      String id = fields == null ? "" : fields.getOrDefault(RedisHints.FIELD, "");
      try {
        hints.add(new Hint(queue, priority, TaskId.parse(id)));
      } catch (IllegalArgumentException e) {
        LOG.debug("an entry in the stream of hints is no hint and was dropped", e);
      }
    }
  }

  /** Deletes what was offered, while it is being claimed; what stays is only read again. */
  private void forget() {
    RBatch done = redis.redisson().createBatch();
    taken.forEach((priority, ids) -> {
      RStreamAsync<String, String> stream = done.getStream(key(priority), StringCodec.INSTANCE);
      var acknowledged = stream.ackAsync(GROUP, ids);
      var removed = stream.removeAsync(ids);
    });
    var executed = done.executeAsync();
  }

  /** Hints may have gone by unheard, so a fair claim looks. */
  private void recover(RedisAwayException e) throws InterruptedException {
    Throwable cause = e.getCause();
    String message = String.valueOf(cause == null ? null : cause.getMessage());
    if (Thread.currentThread().isInterrupted()) {
      return;
    }
    slots.hintsRanOut();
    if (message.contains("NOGROUP") || message.contains("WRONGTYPE")) {
      createGroups();
    } else {
      LOG.debug("hints cannot be read; the fair claim carries on", e);
      Thread.sleep(PAUSE);
    }
  }

  /** After a flush, or at the very first start. A key of another type in our place is removed. */
  private void createGroups() throws InterruptedException {
    for (Priority priority : Priority.values()) {
      try {
        createGroup(priority);
      } catch (RedisException e) {
        if (String.valueOf(e.getMessage()).contains("WRONGTYPE")) {
          LOG.warn("a key in the place of a stream of hints has another type and is removed");
          removeKey(priority);
        } else if (!String.valueOf(e.getMessage()).contains("BUSYGROUP")) {
          LOG.debug("the group of the hint readers cannot be created", e);
          Thread.sleep(PAUSE);
        }
      }
    }
  }

  private void createGroup(Priority priority) {
    stream(priority)
        .createGroup(StreamCreateGroupArgs.name(GROUP).id(StreamMessageId.ALL).makeStream());
  }

  private void removeKey(Priority priority) throws InterruptedException {
    try {
      stream(priority).delete();
      createGroup(priority);
    } catch (RedisException e) {
      LOG.debug("the key cannot be removed", e);
      Thread.sleep(PAUSE);
    }
  }

  private RStream<String, String> stream(Priority priority) {
    return redis.redisson().getStream(key(priority), StringCodec.INSTANCE);
  }

  private String key(Priority priority) {
    return redis.keys().taskHints(queue, priority.level());
  }
}
