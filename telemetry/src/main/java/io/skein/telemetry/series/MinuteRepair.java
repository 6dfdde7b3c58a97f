package io.skein.telemetry.series;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what Redis has lost back from PostgreSQL, and marks the minutes that are whole again.
 * Those who live write what they counted themselves; until they have had the time for it a minute
 * that they still hold is not marked, so it takes two passes. Not thread safe.
 */
final class MinuteRepair {
  private static final Logger LOG = LoggerFactory.getLogger(MinuteRepair.class);
  private static final int DAY = Math.toIntExact(Duration.ofDays(1).toMinutes());

  /** The newest first, so that the last hour need not wait for the whole day. */
  private static final int MINUTES_A_PASS = 240;

  private static final int MINUTES_AT_ONCE = 20;
  private static final int PARTS_AT_ONCE = 1_000;

  private final RedisSeries redis;
  private final PostgresSeries postgres;
  private final int heldMinutes;
  private Map<Long, String> broughtBack = Map.of();

  /**
   * @param heldMinutes how many minutes a process holds, and writes again when they are lost
   */
  MinuteRepair(RedisSeries redis, PostgresSeries postgres, int heldMinutes) {
    this.redis = redis;
    this.postgres = postgres;
    this.heldMinutes = heldMinutes;
  }

  /**
   * Two passes must be further apart than two flushes of any process.
   *
   * @param present the minute
   * @return whether all minutes of the day are whole; else another pass is needed soon
   */
  boolean pass(long present) {
    List<Long> doubtful = new ArrayList<>(redis.doubtful(present - DAY + 1, present).reversed());
    Map<Long, String> waiting = new HashMap<>();
    int marked = 0;
    int most = Math.min(doubtful.size(), MINUTES_A_PASS);
    for (int at = 0; at < most; at += MINUTES_AT_ONCE) {
      Map<Long, String> made =
          bringBack(doubtful.subList(at, Math.min(most, at + MINUTES_AT_ONCE)));
      made.forEach((minute, hash) -> {
        if (minute > present - heldMinutes && !hash.equals(broughtBack.get(minute))) {
          waiting.put(minute, hash);
        }
      });
      made.keySet().removeAll(waiting.keySet());
      redis.markWhole(made);
      marked += made.size();
    }
    broughtBack = waiting;
    if (marked > 0) {
      LOG.atDebug()
          .addKeyValue("minutes", marked)
          .addKeyValue("left", doubtful.size() - marked)
          .log("minutes are whole in Redis");
    }
    return marked == doubtful.size();
  }

  /** Answers of each minute which hash has it now. */
  private Map<Long, String> bringBack(List<Long> minutes) {
    List<Part> parts = postgres.readAll(minutes);
    Map<Long, String> made = redis.write(List.of(), minutes, Visit.OF_OTHERS);
    for (int at = 0; at < parts.size(); at += PARTS_AT_ONCE) {
      redis.write(parts.subList(at, Math.min(parts.size(), at + PARTS_AT_ONCE)));
    }
    return made;
  }
}
