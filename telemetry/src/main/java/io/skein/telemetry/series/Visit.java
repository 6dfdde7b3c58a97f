package io.skein.telemetry.series;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Map;

/**
 * A process that writes its own parts leaves the number of its flush in each hash: one that has
 * forgotten a flush which was answered has gone back, and with it the parts. Immutable.
 *
 * @param process empty for who writes parts of others
 * @param flush grows
 * @param last what was answered last of each minute
 */
record Visit(String process, long flush, Map<Long, Answered> last) {
  /** Of who writes parts of others. */
  static final Visit OF_OTHERS = new Visit("", 0, Map.of());

  private static final Answered NEVER = new Answered(0, "");

  Visit {
    last = Map.copyOf(last);
  }

  /**
   * What a process knows of a minute's hash.
   *
   * @param made tells the hash from one that takes its place
   */
  record Answered(long flush, String made) {}

  /** As {@code write_parts.lua} takes it. */
  List<byte[]> arguments(long minute) {
    Answered before = last.getOrDefault(minute, NEVER);
    return List.of(
        process.getBytes(UTF_8),
        Long.toString(flush).getBytes(UTF_8),
        Long.toString(before.flush()).getBytes(UTF_8),
        before.made().getBytes(UTF_8));
  }
}
