package io.skein.events;

import io.skein.redis.Feature;
import io.skein.redis.FeatureGate;
import io.skein.redis.RedisAwayException;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisShard;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * How far the sweep has come: an epoch and a time of PostgreSQL, on each master, so that it is lost
 * with the data. Thread safe. Every method throws {@link RedisAwayException} when Redis does not
 * answer.
 */
final class RedisSweepMarks {
  private static final Duration LIFE = Duration.ofDays(7);

  private final RedisConnections redis;
  private final FeatureGate gate;

  RedisSweepMarks(RedisConnections redis) {
    this.redis = redis;
    this.gate = redis.gate(Feature.EVENT_BUS);
  }

  /** What a mark tells of. */
  enum Kind {
    /** Up to that time caches know of all versions. */
    RAISED,
    /** Up to that time tails hold all events as well. */
    REPAIRED
  }

  /** When the pass began that came this far. */
  void set(Kind kind, Epoch epoch, Instant begun) {
    String value = epoch + " " + ChronoUnit.MICROS.between(Instant.EPOCH, begun);
    for (RedisShard shard : redis.shards()) {
      gate.tell(
          "write a mark of the sweep",
          () -> redis.jedis().psetex(key(kind, shard), LIFE.toMillis(), value));
    }
  }

  /** The earliest mark in this epoch; empty when a master has none. */
  Optional<Instant> earliest(Kind kind, Epoch epoch) {
    return earliest(read(kind, mark -> mark.epoch().equals(epoch)));
  }

  /** Whether every master has a mark of a pass that began after a time, in whatever epoch. */
  boolean isAfter(Kind kind, Instant time) {
    return earliest(read(kind, mark -> true)).filter(mark -> mark.isAfter(time)).isPresent();
  }

  private static Optional<Instant> earliest(List<Optional<Instant>> marks) {
    return marks.stream().allMatch(Optional::isPresent)
        ? marks.stream().flatMap(Optional::stream).min(Comparator.naturalOrder())
        : Optional.empty();
  }

  private List<Optional<Instant>> read(Kind kind, Function<Mark, Boolean> counts) {
    return gate.tell(
        "read the marks of the sweep",
        () ->
            redis.shards().stream()
                .map(shard ->
                    Optional.ofNullable(redis.jedis().get(key(kind, shard)))
                        .flatMap(Mark::parse)
                        .filter(counts::apply)
                        .map(Mark::begun))
                .toList());
  }

  private String key(Kind kind, RedisShard shard) {
    return switch (kind) {
      case RAISED -> redis.keys().sweepRaised(shard.tag());
      case REPAIRED -> redis.keys().sweepWatermark(shard.tag());
    };
  }

  private record Mark(Epoch epoch, Instant begun) {
    static Optional<Mark> parse(String text) {
      String[] parts = text.split(" ", 2);
      try {
        Epoch epoch = new Epoch(Long.parseLong(parts[0]));
        Instant begun = Instant.EPOCH.plus(Long.parseLong(parts[1]), ChronoUnit.MICROS);
        return Optional.of(new Mark(epoch, begun));
      } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
        return Optional.empty(); // not ours: as good as none
      }
    }
  }
}
