package io.skein.telemetry.series;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The latest minutes of this process, and which of their parts were not written yet. Past its bound
 * the minute in which nothing was counted for longest is dropped, written or not; parts lost that
 * way are counted. Not the earliest: after the clock was set back that is the present one. Thread
 * safe.
 */
final class MinuteLedger {
  private static final Logger LOG = LoggerFactory.getLogger(MinuteLedger.class);

  private final String process;
  private final int mostMinutes;
  private final LinkedHashMap<Long, Held> minutes = new LinkedHashMap<>();
  private Map<Meter.Id, Figures> seen = new HashMap<>();
  private Set<Meter.Id> unreadable = new HashSet<>();
  private long latestDropped = Long.MIN_VALUE;
  private long returns;
  private long flush;
  private long lost;

  MinuteLedger(String process, int mostMinutes) {
    this.process = process;
    this.mostMinutes = mostMinutes;
  }

  /** Who keeps what is written. */
  enum Keeper {
    REDIS,
    POSTGRES
  }

  /** A minute, and the name under which its parts are written. */
  private record Held(String process, Map<String, Entry> byName) {}

  private static final class Entry {
    final SeriesKind kind;
    final Map<Map<String, String>, Figures> byTags = new LinkedHashMap<>();
    final Map<Keeper, Long> kept = new EnumMap<>(Keeper.class);
    long changed;

    Entry(SeriesKind kind) {
      this.kind = kind;
    }

    boolean waitsFor(Keeper keeper) {
      return kept.getOrDefault(keeper, 0L) < changed;
    }

    boolean waitsForAll() {
      return Arrays.stream(Keeper.values()).allMatch(this::waitsFor);
    }
  }

  /** Adds what the meters counted since the last time to a minute. */
  synchronized void collect(Collection<Meter> meters, long minute) {
    flush++;
    Map<Meter.Id, Figures> now = new HashMap<>();
    Set<Meter.Id> failed = new HashSet<>();
    for (Meter meter : meters) {
      try {
        SeriesRegistry.reading(meter)
            .ifPresent(reading -> {
              Figures figures = reading.figures();
              if (reading.grows()) {
                now.put(meter.getId(), figures);
                figures = since(seen.get(meter.getId()), figures);
              }
              add(meter.getId(), reading.kind(), figures, minute);
            });
      } catch (RuntimeException e) { // of the function that somebody gave the meter
        Figures before = seen.get(meter.getId());
        if (before != null) {
          now.put(meter.getId(), before);
        }
        failed.add(meter.getId());
        if (!unreadable.contains(meter.getId())) {
          LOG.atWarn()
              .addKeyValue("name", meter.getId().getName())
              .setCause(e)
              .log("a meter is left out until it can be read");
        }
      }
    }
    seen = now;
    unreadable = failed;
    while (minutes.size() > mostMinutes) {
      drop(minutes.pollFirstEntry());
    }
  }

  private void drop(Map.Entry<Long, Held> minute) {
    latestDropped = Math.max(latestDropped, minute.getKey());
    lost += minute.getValue().byName().values().stream().filter(Entry::waitsForAll).count();
  }

  /** A meter that was removed and made again begins at nothing. */
  private static Figures since(@Nullable Figures before, Figures now) {
    return before == null || before.count() > now.count() ? now : now.minus(before);
  }

  private void add(Meter.Id id, SeriesKind kind, Figures figures, long minute) {
    if (figures.isNothing()) {
      return;
    }
    Held held = minutes.get(minute);
    if (held == null) {
      held = new Held(processIn(minute), new LinkedHashMap<>());
    }
    minutes.putLast(minute, held);
    Entry entry = held.byName().computeIfAbsent(id.getName(), unseen -> new Entry(kind));
    Map<String, String> tags = new TreeMap<>();
    for (Tag tag : id.getTags()) {
      tags.put(tag.getKey(), tag.getValue());
    }
    entry.byTags.merge(tags, figures, Figures::plus);
    entry.changed = flush;
  }

  /** A part that is dropped may not be replaced by what is counted when its minute comes again. */
  private String processIn(long minute) {
    return minute > latestDropped ? process : ProcessName.again(process, ++returns);
  }

  /** Under which it writes, but for minutes that come again. */
  String process() {
    return process;
  }

  /** How many minutes it holds. */
  int mostMinutes() {
    return mostMinutes;
  }

  /** How often it has looked at its meters. */
  synchronized long flush() {
    return flush;
  }

  /** What a keeper does not have in its present form. */
  synchronized List<Part> waitingFor(Keeper keeper) {
    List<Part> parts = new ArrayList<>();
    minutes.forEach((minute, held) ->
        held.byName()
            .forEach((name, entry) -> {
              if (entry.waitsFor(keeper)) {
                parts.add(part(minute, held, name, entry));
              }
            }));
    return parts;
  }

  /** A keeper has taken these. */
  synchronized void kept(Keeper keeper, List<Part> parts) {
    for (Part part : parts) {
      Held held = minutes.get(part.minute());
      Entry entry = held == null ? null : held.byName().get(part.name());
      if (entry != null) {
        entry.kept.put(keeper, part.flush());
      }
    }
  }

  /** A keeper has lost what it had of a minute. */
  synchronized void forgotten(Keeper keeper, long minute) {
    Held held = minutes.get(minute);
    if (held != null) {
      held.byName().values().forEach(entry -> entry.kept.remove(keeper));
    }
  }

  /** The minutes that it holds. */
  synchronized Set<Long> minutes() {
    return new TreeSet<>(minutes.keySet());
  }

  /** What this process counted, whether it was written or not. */
  synchronized List<Part> parts(Set<String> names, long from, long to) {
    List<Part> parts = new ArrayList<>();
    minutes.forEach((minute, held) -> {
      if (from <= minute && minute <= to) {
        held.byName()
            .forEach((name, entry) -> {
              if (names.contains(name)) {
                parts.add(part(minute, held, name, entry));
              }
            });
      }
    });
    return parts;
  }

  /** Under what it has counted lately. */
  synchronized Set<String> names() {
    Set<String> names = new HashSet<>();
    minutes.values().forEach(held -> names.addAll(held.byName().keySet()));
    return names;
  }

  /** How many parts were dropped that nobody keeps as they were. */
  synchronized long lost() {
    return lost;
  }

  private static Part part(long minute, Held held, String name, Entry entry) {
    return new Part(
        name,
        minute,
        held.process(),
        entry.changed,
        PartText.write(new PartText.Content(entry.kind, entry.byTags)));
  }
}
