package io.skein.telemetry.series;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Bounds the meters of a process: past so many values of one tag, or so many meters in all, the
 * rest is counted as {@value #OTHER}. A flow's id as a tag then costs some detail, and no memory.
 * Gauges past the bound are left out: Micrometer has one gauge for a set of tags, so of all that
 * are {@value #OTHER} one would be shown as if it were their sum. Thread safe.
 */
public final class BoundedTags implements MeterFilter {
  /** The value of a tag that stands for all past the bound. */
  public static final String OTHER = "other";

  private static final int LONGEST_VALUE = 100;

  private final int mostValues;
  private final int mostMeters;
  private final Map<TagOfName, Set<String>> values = new ConcurrentHashMap<>();
  private final Set<Meter.Id> meters = ConcurrentHashMap.newKeySet();
  private final LongAdder replaced = new LongAdder();

  /**
   * @param mostValues of one tag of one name
   * @param mostMeters in all; names without tags are always taken
   */
  public BoundedTags(int mostValues, int mostMeters) {
    this.mostValues = mostValues;
    this.mostMeters = mostMeters;
  }

  private record TagOfName(String name, String tag) {}

  /** How often a meter was asked for whose tags had to be replaced. */
  public long replaced() {
    return replaced.sum();
  }

  @Override
  public Meter.Id map(Meter.Id id) {
    List<Tag> tags = id.getTags();
    List<Tag> bounded = tags.stream().map(tag -> bounded(id.getName(), tag)).toList();
    Meter.Id mapped = tags.equals(bounded) ? id : id.replaceTags(bounded);
    if (!admitted(mapped)) {
      mapped = id.replaceTags(tags.stream().map(tag -> Tag.of(tag.getKey(), OTHER)).toList());
    }
    if (mapped != id) {
      replaced.increment();
    }
    return mapped;
  }

  @Override
  public MeterFilterReply accept(Meter.Id id) {
    boolean past =
        id.getType() == Meter.Type.GAUGE
            && id.getTags().stream().anyMatch(tag -> tag.getValue().equals(OTHER));
    return past ? MeterFilterReply.DENY : MeterFilterReply.NEUTRAL;
  }

  private Tag bounded(String name, Tag tag) {
    String value = tag.getValue();
    if (value.length() > LONGEST_VALUE) {
      return Tag.of(tag.getKey(), OTHER);
    }
    Set<String> known =
        values.computeIfAbsent(
            new TagOfName(name, tag.getKey()), unseen -> ConcurrentHashMap.newKeySet());
    return admit(known, value, mostValues) ? tag : Tag.of(tag.getKey(), OTHER);
  }

  private boolean admitted(Meter.Id id) {
    return id.getTags().isEmpty() || admit(meters, id, mostMeters);
  }

  /** Under a lock once for each that is new: two threads must not both take the last place. */
  private <T> boolean admit(Set<T> known, T one, int most) {
    if (known.contains(one)) {
      return true;
    }
    synchronized (known) {
      return known.contains(one) || (known.size() < most && known.add(one));
    }
  }
}
