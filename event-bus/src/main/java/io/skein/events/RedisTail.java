package io.skein.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skein.redis.Feature;
import io.skein.redis.FeatureGate;
import io.skein.redis.KeySpace;
import io.skein.redis.LuaScript;
import io.skein.redis.PipelineReply;
import io.skein.redis.RedisAwayException;
import io.skein.redis.RedisConnections;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisClusterException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/**
 * The latest events of each stream in Redis, written by one script. Thread safe. Every method
 * throws {@link RedisAwayException} when Redis does not answer.
 */
final class RedisTail {
  private static final Logger LOG = LoggerFactory.getLogger(RedisTail.class);
  private static final int MESSAGE_BYTES = 64 * 1024;

  private final RedisConnections redis;
  private final FeatureGate gate;
  private final EventSettings settings;
  private final LuaScript append = LuaScript.load(RedisTail.class, "append_events.lua");
  private final LuaScript raise = LuaScript.load(RedisTail.class, "raise_version.lua");

  RedisTail(RedisConnections redis, EventSettings settings) {
    this.redis = redis;
    this.gate = redis.gate(Feature.EVENT_BUS);
    this.settings = settings;
  }

  /** Whether tails are written and read. */
  boolean open() {
    return gate.open();
  }

  /** Whether caches of other instances are told of new versions, open or not. */
  boolean reachable() {
    return gate.reachable();
  }

  /** Offers batches, each to its stream, in one round trip; the answers are in the same order. */
  List<TailAnswer> append(List<CommittedBatch> batches) {
    List<LuaScript.Call> calls =
        batches.stream().map(batch -> new LuaScript.Call(keys(batch), arguments(batch))).toList();
    return gate.tell(
        "append events",
        () -> append.runAll(redis.jedis(), calls).stream().map(RedisTail::answer).toList());
  }

  /** One stream that Redis refuses must not hold up the others of the round trip. */
  private static TailAnswer answer(Response<Object> response) {
    List<?> pair;
    try {
      pair = (List<?>) PipelineReply.of(response);
    } catch (JedisNoScriptException | JedisClusterException forgottenOrDown) {
      throw forgottenOrDown;
    } catch (JedisDataException e) {
      LOG.error("Redis refused to append to a tail", e);
      return new TailAnswer(TailAnswer.Verdict.REFUSED, Sequence.START);
    }
    int verdict = Math.toIntExact((Long) pair.get(0));
    return new TailAnswer(TailAnswer.Verdict.values()[verdict], new Sequence((Long) pair.get(1)));
  }

  private List<byte[]> keys(CommittedBatch batch) {
    KeySpace keys = redis.keys();
    StreamId stream = batch.stream();
    return List.of(
        bytes(keys.flowEvents(stream.value(), batch.position().epoch().millis())),
        bytes(keys.flowState(stream.value())),
        bytes(keys.agentState(stream.value())));
  }

  private List<byte[]> arguments(CommittedBatch batch) {
    Position position = batch.position();
    List<byte[]> arguments = new ArrayList<>(11 + batch.events().size());
    arguments.add(bytes(position.epoch().toString()));
    arguments.add(bytes(Long.toString(position.stateVersion())));
    arguments.add(bytes(Long.toString(batch.first())));
    arguments.add(bytes(redis.keys().flowUpdates(batch.stream().value())));
    arguments.add(bytes(redis.keys().flowVersions()));
    arguments.add(bytes(batch.stream().toString()));
    arguments.add(bytes(Integer.toString(settings.tailLength())));
    arguments.add(bytes(Long.toString(settings.tailLife().toMillis())));
    arguments.add(bytes(Long.toString(KeySpace.VERSION_LIFE.toMillis())));
    arguments.add(bytes(Integer.toString(MESSAGE_BYTES)));
    arguments.add(bytes(position.closed() ? "1" : "0"));
    for (StoredEvent event : batch.events()) {
      arguments.add(EventFrames.encode(event));
    }
    return arguments;
  }

  /** Makes sure that no cached state older than these positions is answered, in one round trip. */
  void raiseVersions(Map<StreamId, Position> positions) {
    List<LuaScript.Call> calls = new ArrayList<>(positions.size());
    positions.forEach((stream, position) -> calls.add(raise(stream, position)));
    gate.tell(
        "raise versions",
        () -> raise.runAll(redis.jedis(), calls).stream().map(PipelineReply::of).toList());
  }

  private LuaScript.Call raise(StreamId stream, Position position) {
    KeySpace keys = redis.keys();
    return new LuaScript.Call(
        List.of(bytes(keys.flowState(stream.value()))),
        List.of(
            bytes(position.epoch().toString()),
            bytes(Long.toString(position.stateVersion())),
            bytes(keys.flowVersions()),
            bytes(stream.toString()),
            bytes(Long.toString(KeySpace.VERSION_LIFE.toMillis()))));
  }

  /**
   * Reads on from a sequence.
   *
   * @return contiguous from {@code after} + 1; empty when the tail does not hold the next event
   */
  List<StoredEvent> read(StreamId stream, EventId after, int limit) {
    byte[] key = bytes(redis.keys().flowEvents(stream.value(), after.epoch().millis()));
    byte[] from = bytes(after.sequence().next() + "-0");
    List<Object> entries =
        gate.call("read a tail", () -> redis.jedis().xrange(key, from, bytes("+"), limit));
    List<StoredEvent> events = new ArrayList<>(entries.size());
    EventId expected = new EventId(after.epoch(), after.sequence().next());
    for (Object entry : entries) {
      List<StoredEvent> event = EventFrames.decode(stream, frame(entry), 0);
      if (event.size() != 1 || !event.getFirst().id().equals(expected)) {
        break; // the closing marker, a large event, a hole or a foreign entry: PostgreSQL knows
      }
      events.add(event.getFirst());
      expected = new EventId(after.epoch(), expected.sequence().next());
    }
    return events;
  }

  private static byte[] frame(Object entry) {
    List<?> fields = (List<?>) ((List<?>) entry).get(1);
    return (byte[]) fields.get(1);
  }

  /** How far these tails have come, in one round trip; streams without a tail are left out. */
  Map<StreamId, TailPosition> positions(Map<StreamId, Epoch> streams) {
    Map<StreamId, Response<List<Object>>> responses = new HashMap<>();
    return gate.call(
        "read positions",
        () -> {
          try (AbstractPipeline pipeline = redis.jedis().pipelined()) {
            streams.forEach((stream, epoch) -> {
              byte[] key = bytes(redis.keys().flowEvents(stream.value(), epoch.millis()));
              responses.put(stream, pipeline.xrevrange(key, bytes("+"), bytes("-"), 1));
            });
            pipeline.sync();
          }
          Map<StreamId, TailPosition> positions = new HashMap<>();
          responses.forEach((stream, response) -> {
            List<Object> last = lastEntry(response, stream, streams.get(stream));
            if (!last.isEmpty()) {
              positions.put(stream, tailPosition(last.getFirst()));
            }
          });
          return positions;
        });
  }

  /** A key of another type in the place of a tail would stop the sweep of all streams. */
  private List<Object> lastEntry(
      Response<List<Object>> response, StreamId stream, @Nullable Epoch epoch) {
    try {
      return PipelineReply.of(response);
    } catch (JedisClusterException down) {
      throw down;
    } catch (JedisDataException e) {
      LOG.warn("a key in the place of a tail has another type and is removed", e);
      if (epoch != null) {
        redis.jedis().del(redis.keys().flowEvents(stream.value(), epoch.millis()));
      }
      return List.of();
    }
  }

  /** The id may be a foreign one, of up to 2⁶⁴ − 1; then it is beyond every sequence. */
  private static TailPosition tailPosition(Object entry) {
    String id = new String((byte[]) ((List<?>) entry).getFirst(), UTF_8);
    int dash = id.indexOf('-');
    long last = Long.parseUnsignedLong(id, 0, dash, 10);
    return new TailPosition(
        new Sequence(last < 0 ? Long.MAX_VALUE : last), id.substring(dash).equals("-1"));
  }

  /** Removes tails in which something foreign lies; the sweep makes them anew. */
  void remove(Collection<StreamId> streams, Epoch epoch) {
    for (StreamId stream : streams) {
      gate.call(
          "remove a tail",
          () -> redis.jedis().del(redis.keys().flowEvents(stream.value(), epoch.millis())));
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
