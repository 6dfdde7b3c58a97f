package io.skein.telemetry.series;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skein.redis.Feature;
import io.skein.redis.FeatureGate;
import io.skein.redis.FeatureMode;
import io.skein.redis.LuaScript;
import io.skein.redis.PipelineReply;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisErrors;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.stream.LongStream;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * A hash for each minute, with a field for each name and process; one round trip each time.
 *
 * <p>A hash is <em>whole</em> when it has all that was ever written to it. Each process makes the
 * hash of the next minute before that begins, and then it is whole from the start; one that is
 * missing or was made later has lost something, until {@link MinuteRepair} has brought it back. The
 * mark lies in the hash, so it is lost with the figures, however little of Redis is lost. A {@link
 * Visit} takes it from a hash that has gone back, {@link #doubt} from those of an outage. A key of
 * another type is as one that is missing.
 */
final class RedisSeries implements SeriesStore, AutoCloseable {
  private static final LuaScript WRITE = LuaScript.load(RedisSeries.class, "write_parts.lua");
  private static final LuaScript READ = LuaScript.load(RedisSeries.class, "read_parts.lua");
  private static final LuaScript MARK = LuaScript.load(RedisSeries.class, "mark_whole.lua");
  private static final byte[] WHOLE = "whole".getBytes(UTF_8);
  private static final Duration LIFE = Duration.ofDays(1);

  /** Other processes find Redis again within this time, and write what waited for it. */
  private static final Duration RETURN = Duration.ofSeconds(30);

  private final RedisConnections redis;
  private final FeatureGate gate;
  private final InstantSource clock;
  private final FeatureGate.Listener whenBack = this::changed;
  private volatile Instant back = Instant.MIN;

  RedisSeries(RedisConnections redis, InstantSource clock) {
    this.redis = redis;
    this.gate = redis.gate(Feature.TELEMETRY);
    this.clock = clock;
    gate.onChange(whenBack);
  }

  @Override
  public void close() {
    gate.forget(whenBack);
  }

  private void changed(FeatureMode mode) {
    if (mode == FeatureMode.REDIS) {
      back = clock.instant();
    }
  }

  /**
   * What was found.
   *
   * @param doubtful minutes whose hash is not whole
   */
  record Found(List<Part> parts, Set<Long> doubtful) {}

  /** Whether Redis is to be asked now. */
  boolean open() {
    return gate.open();
  }

  /** Whether others may not have written yet what they counted while Redis was away. */
  boolean justBack() {
    return clock.instant().isBefore(back.plus(RETURN));
  }

  /** Why it is not to be asked, for people. */
  String whyNot() {
    return gate.mode().reason();
  }

  /**
   * @throws io.skein.redis.RedisAwayException when Redis may not have taken all
   */
  @Override
  public void write(List<Part> parts) {
    write(parts, Set.of(), Visit.OF_OTHERS);
  }

  /**
   * Writes parts, and makes the hashes of some minutes if they are not there.
   *
   * @param visit who writes
   * @return of each of these minutes what tells its hash from one that was there before and was
   *     lost
   * @throws io.skein.redis.RedisAwayException when Redis may not have taken all
   */
  Map<Long, String> write(List<Part> parts, Collection<Long> minutes, Visit visit) {
    long present = Minutes.of(clock.instant());
    Map<Long, List<byte[]>> byMinute = new TreeMap<>();
    minutes.forEach(minute -> byMinute.put(minute, head(minute, present, visit)));
    for (Part part : parts) {
      List<byte[]> arguments =
          byMinute.computeIfAbsent(part.minute(), minute -> head(minute, present, visit));
      arguments.add(PartField.field(part));
      arguments.add(PartField.value(part));
    }
    if (byMinute.isEmpty()) {
      return Map.of();
    }
    List<LuaScript.Call> calls = new ArrayList<>();
    byMinute.forEach((minute, arguments) -> calls.add(new LuaScript.Call(key(minute), arguments)));
    List<Response<Object>> replies =
        gate.call("writing figures", () -> read(WRITE.runAll(redis.jedis(), calls)));
    Map<Long, String> made = new TreeMap<>();
    int at = 0;
    for (long minute : byMinute.keySet()) {
      made.put(minute, text(replies.get(at++).get()));
    }
    return made;
  }

  /** A hash lives until its minute is a day old. */
  private static List<byte[]> head(long minute, long present, Visit visit) {
    Duration life = LIFE.minusMinutes(Math.clamp(present - minute, 0, LIFE.toMinutes() - 1));
    List<byte[]> head = new ArrayList<>();
    head.add(Long.toString(life.toMillis()).getBytes(UTF_8));
    head.add(UUID.randomUUID().toString().getBytes(UTF_8));
    head.add((minute > present ? "1" : "0").getBytes(UTF_8));
    head.addAll(visit.arguments(minute));
    return head;
  }

  @Override
  public List<Part> read(Set<String> names, long from, long to) {
    return find(names, from, to).parts();
  }

  /**
   * @throws io.skein.redis.RedisAwayException when Redis did not answer
   */
  Found find(Set<String> names, long from, long to) {
    List<byte[]> wanted = names.stream().map(name -> name.getBytes(UTF_8)).toList();
    List<LuaScript.Call> calls =
        LongStream.rangeClosed(from, to)
            .mapToObj(minute -> new LuaScript.Call(key(minute), wanted))
            .toList();
    List<Response<Object>> replies =
        gate.callUntimed("reading figures", () -> read(READ.runAll(redis.jedis(), calls)));
    List<Part> parts = new ArrayList<>();
    Set<Long> doubtful = new HashSet<>();
    for (int i = 0; i < replies.size(); i++) {
      List<?> answer = (List<?>) replies.get(i).get();
      if (Long.valueOf(0).equals(answer.getFirst())) {
        doubtful.add(from + i);
      }
      for (int at = 1; at < answer.size(); at += 2) {
        parts.add(PartField.part(from + i, text(answer.get(at)), text(answer.get(at + 1))));
      }
    }
    return new Found(parts, doubtful);
  }

  /** All parts of some minutes, under whatever name. */
  List<Part> readAll(long from, long to) {
    List<Part> parts = new ArrayList<>();
    ofEach("reading all figures", from, to, AbstractPipeline::hgetAll, Map.of())
        .forEach((minute, fields) ->
            fields.forEach((field, value) -> {
              if (PartField.isPart(text(field))) {
                parts.add(PartField.part(minute, text(field), text(value)));
              }
            }));
    return parts;
  }

  /** The minutes whose hash is not whole, in their order. */
  List<Long> doubtful(long from, long to) {
    return ofEach(
            "looking for what was lost", from, to, (all, key) -> all.hexists(key, WHOLE), false)
        .entrySet()
        .stream()
        .filter(minute -> !minute.getValue())
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Takes the mark from these minutes: figures of theirs were written elsewhere. */
  void doubt(long from, long to) {
    ofEach("doubting figures", from, to, (all, key) -> all.hdel(key, WHOLE), 0L);
  }

  /**
   * Marks hashes as whole, each if it still is the one that is meant.
   *
   * @param made what {@link #write(List, Collection, Visit)} answered
   */
  void markWhole(Map<Long, String> made) {
    if (made.isEmpty()) {
      return;
    }
    List<LuaScript.Call> calls =
        made.entrySet().stream()
            .map(minute ->
                new LuaScript.Call(
                    key(minute.getKey()), List.of(minute.getValue().getBytes(UTF_8))))
            .toList();
    gate.call("marking figures", () -> read(MARK.runAll(redis.jedis(), calls)));
  }

  @Override
  public Set<String> names(long from, long to) {
    Set<String> names = new HashSet<>();
    ofEach("listing figures", from, to, AbstractPipeline::hkeys, Set.of())
        .values()
        .forEach(fields ->
            fields.stream()
                .map(RedisSeries::text)
                .filter(PartField::isPart)
                .forEach(field -> names.add(PartField.nameOf(field))));
    return names;
  }

  /**
   * Asks one thing of each minute, in one round trip.
   *
   * @param none the answer for a key that is no hash
   */
  private <T> Map<Long, T> ofEach(
      String doing,
      long from,
      long to,
      BiFunction<AbstractPipeline, byte[], Response<T>> question,
      T none) {
    return gate.callUntimed(
        doing,
        () -> {
          Map<Long, Response<T>> replies = new LinkedHashMap<>();
          try (AbstractPipeline pipeline = redis.jedis().pipelined()) {
            for (long minute = from; minute <= to; minute++) {
              replies.put(minute, question.apply(pipeline, key(minute).getFirst()));
            }
            pipeline.sync();
          }
          Map<Long, T> answers = new LinkedHashMap<>();
          replies.forEach((minute, reply) -> answers.put(minute, answer(reply, none)));
          return answers;
        });
  }

  private static <T> T answer(Response<T> reply, T none) {
    try {
      return PipelineReply.of(reply);
    } catch (JedisDataException e) {
      if (RedisErrors.isWrongType(e)) {
        return none;
      }
      throw e;
    }
  }

  /** Each has come, or the first that has not is thrown: within the breaker's sight. */
  private static List<Response<Object>> read(List<Response<Object>> replies) {
    replies.forEach(PipelineReply::of);
    return replies;
  }

  private static String text(Object bytes) {
    return new String((byte[]) bytes, UTF_8);
  }

  private List<byte[]> key(long minute) {
    return List.of(redis.keys().metrics(minute).getBytes(UTF_8));
  }
}
