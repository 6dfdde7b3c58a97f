package io.skein.telemetry.series;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skein.redis.Feature;
import io.skein.redis.FeatureGate;
import io.skein.redis.LuaScript;
import io.skein.redis.PipelineReply;
import io.skein.redis.RedisConnections;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.Response;

/** A hash for each minute, with a field for each name and process; one round trip each time. */
final class RedisSeries implements SeriesStore {
  private static final LuaScript WRITE = LuaScript.load(RedisSeries.class, "write_parts.lua");
  private static final LuaScript READ = LuaScript.load(RedisSeries.class, "read_parts.lua");
  private static final String LIFE = Long.toString(Duration.ofDays(1).toMillis());

  private final RedisConnections redis;
  private final FeatureGate gate;
  private static final int REMEMBERED_MINUTES = 60;

  private final Set<Part.Key> written = new HashSet<>();
  private @Nullable Part last;
  private boolean forgot;

  RedisSeries(RedisConnections redis) {
    this.redis = redis;
    this.gate = redis.gate(Feature.TELEMETRY);
  }

  /** Whether Redis is to be asked now. */
  boolean open() {
    return gate.open();
  }

  /** Why it is not, for people. */
  String whyNot() {
    return gate.mode().reason();
  }

  /**
   * Whether a part that was written before had gone when it was written again: Redis has lost its
   * data. Asking forgets it.
   */
  synchronized boolean forgot() {
    boolean did = forgot;
    forgot = false;
    return did;
  }

  /**
   * Each time the last part of the time before is among them, so that a loss is seen at the next
   * write, also at the begin of a minute.
   *
   * @throws io.skein.redis.RedisAwayException when Redis may not have taken all
   */
  @Override
  public synchronized void write(List<Part> fresh) {
    List<Part> parts = new ArrayList<>(fresh);
    Part before = last;
    if (before != null && fresh.stream().noneMatch(part -> part.key().equals(before.key()))) {
      parts.add(before);
    }
    Map<Long, List<byte[]>> byMinute = new LinkedHashMap<>();
    for (Part part : parts) {
      List<byte[]> arguments =
          byMinute.computeIfAbsent(
              part.minute(), minute -> new ArrayList<>(List.of(LIFE.getBytes(UTF_8))));
      arguments.add((part.name() + "|" + part.process()).getBytes(UTF_8));
      arguments.add((part.flush() + " " + part.text()).getBytes(UTF_8));
    }
    List<LuaScript.Call> calls = new ArrayList<>();
    byMinute.forEach((minute, arguments) -> calls.add(new LuaScript.Call(key(minute), arguments)));
    List<Response<Object>> replies =
        gate.call("writing figures", () -> read(WRITE.runAll(redis.jedis(), calls)));
    long known = replies.stream().mapToLong(reply -> (Long) reply.get()).sum();
    forgot |= known < parts.stream().map(Part::key).filter(written::contains).count();
    parts.forEach(part -> written.add(part.key()));
    last = parts.stream().max(Comparator.comparingLong(Part::minute)).orElse(before);
    if (last != null) {
      long oldest = last.minute() - REMEMBERED_MINUTES;
      written.removeIf(key -> key.minute() < oldest);
    }
  }

  /**
   * @throws io.skein.redis.RedisAwayException when Redis did not answer
   */
  @Override
  public Found read(Set<String> names, long from, long to) {
    List<byte[]> wanted = names.stream().map(name -> name.getBytes(UTF_8)).toList();
    List<LuaScript.Call> calls =
        LongStream.rangeClosed(from, to)
            .mapToObj(minute -> new LuaScript.Call(key(minute), wanted))
            .toList();
    List<Response<Object>> replies =
        gate.await("reading figures", () -> read(READ.runAll(redis.jedis(), calls)));
    List<Part> parts = new ArrayList<>();
    Set<Long> absent = new HashSet<>();
    for (int i = 0; i < replies.size(); i++) {
      List<?> answer = (List<?>) replies.get(i).get();
      if (Long.valueOf(0).equals(answer.getFirst())) {
        absent.add(from + i);
      }
      for (int at = 1; at < answer.size(); at += 2) {
        parts.add(part(from + i, text(answer.get(at)), text(answer.get(at + 1))));
      }
    }
    return new Found(parts, absent);
  }

  /** All parts of some minutes, under whatever name. */
  List<Part> readAll(long from, long to) {
    Map<Long, Response<Map<byte[], byte[]>>> replies = new HashMap<>();
    return gate.await(
        "reading all figures",
        () -> {
          try (AbstractPipeline pipeline = redis.jedis().pipelined()) {
            LongStream.rangeClosed(from, to)
                .forEach(minute -> replies.put(minute, pipeline.hgetAll(key(minute).getFirst())));
            pipeline.sync();
          }
          List<Part> parts = new ArrayList<>();
          replies.forEach((minute, reply) ->
              PipelineReply.of(reply)
                  .forEach((field, value) -> parts.add(part(minute, text(field), text(value)))));
          return parts;
        });
  }

  @Override
  public Set<String> names(long from, long to) {
    List<Response<Set<byte[]>>> replies = new ArrayList<>();
    return gate.await(
        "listing figures",
        () -> {
          try (AbstractPipeline pipeline = redis.jedis().pipelined()) {
            LongStream.rangeClosed(from, to)
                .forEach(minute -> replies.add(pipeline.hkeys(key(minute).getFirst())));
            pipeline.sync();
          }
          Set<String> names = new HashSet<>();
          replies.forEach(
              reply -> PipelineReply.of(reply).forEach(field -> names.add(nameOf(text(field)))));
          return names;
        });
  }

  /** Each has come, or the first that has not is thrown: within the breaker's sight. */
  private static List<Response<Object>> read(List<Response<Object>> replies) {
    replies.forEach(PipelineReply::of);
    return replies;
  }

  /** One whose value makes no sense is older than any other, and its reader will say so. */
  private static Part part(long minute, String field, String value) {
    String process = field.substring(field.indexOf('|') + 1);
    int space = value.indexOf(' ');
    try {
      long flush = Long.parseLong(value.substring(0, Math.max(space, 0)));
      return new Part(nameOf(field), minute, process, flush, value.substring(space + 1));
    } catch (NumberFormatException e) {
      return new Part(nameOf(field), minute, process, 0, value);
    }
  }

  /** All of a field that is not ours. */
  private static String nameOf(String field) {
    int bar = field.indexOf('|');
    return bar < 0 ? field : field.substring(0, bar);
  }

  private static String text(Object bytes) {
    return new String((byte[]) bytes, UTF_8);
  }

  private List<byte[]> key(long minute) {
    return List.of(redis.keys().metrics(minute).getBytes(UTF_8));
  }
}
