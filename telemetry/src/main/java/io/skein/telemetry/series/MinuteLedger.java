package io.skein.telemetry.series;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The latest minutes of this process, and which of their parts were not written yet. Past its bound
 * the oldest minute is dropped, written or not; parts lost that way are counted. Thread safe.
 */
final class MinuteLedger {
  private final String process;
  private final int mostMinutes;
  private final TreeMap<Long, Map<String, Entry>> minutes = new TreeMap<>();
  private Map<Meter.Id, Figures> seen = new HashMap<>();
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
  }

  /** Adds what the meters counted since the last time to a minute. */
  synchronized void collect(Collection<Meter> meters, long minute) {
    flush++;
    Map<Meter.Id, Figures> now = new HashMap<>();
    for (Meter meter : meters) {
      Optional<SeriesRegistry.Reading> reading = SeriesRegistry.reading(meter);
      if (reading.isPresent()) {
        Figures figures = reading.get().figures();
        if (reading.get().grows()) {
          now.put(meter.getId(), figures);
          figures = since(seen.get(meter.getId()), figures);
        }
        add(meter.getId(), reading.get().kind(), figures, minute);
      }
    }
    seen = now;
    while (minutes.size() > mostMinutes) {
      lost +=
          minutes.pollFirstEntry().getValue().values().stream()
              .filter(entry -> entry.kept.isEmpty())
              .count();
    }
  }

  /** A meter that was removed and made again begins at nothing. */
  private static Figures since(@Nullable Figures before, Figures now) {
    return before == null || before.count() > now.count() ? now : now.minus(before);
  }

  private void add(Meter.Id id, SeriesKind kind, Figures figures, long minute) {
    if (figures.isNothing()) {
      return;
    }
    Entry entry =
        minutes
            .computeIfAbsent(minute, unseen -> new LinkedHashMap<>())
            .computeIfAbsent(id.getName(), unseen -> new Entry(kind));
    Map<String, String> tags = new TreeMap<>();
    for (Tag tag : id.getTags()) {
      tags.put(tag.getKey(), tag.getValue());
    }
    entry.byTags.merge(tags, figures, Figures::plus);
    entry.changed = flush;
  }

  /** What a keeper does not have in its present form. */
  synchronized List<Part> waitingFor(Keeper keeper) {
    List<Part> parts = new ArrayList<>();
    minutes.forEach((minute, byName) ->
        byName.forEach((name, entry) -> {
          if (entry.waitsFor(keeper)) {
            parts.add(part(minute, name, entry));
          }
        }));
    return parts;
  }

  /** A keeper has taken these. */
  synchronized void kept(Keeper keeper, List<Part> parts) {
    for (Part part : parts) {
      Entry entry = minutes.getOrDefault(part.minute(), Map.of()).get(part.name());
      if (entry != null) {
        entry.kept.put(keeper, part.flush());
      }
    }
  }

  /** A keeper has lost what it had of some minutes. */
  synchronized void forgotten(Keeper keeper, Collection<Long> lost) {
    lost.forEach(minute ->
        minutes
            .getOrDefault(minute, Map.of())
            .values()
            .forEach(entry -> entry.kept.remove(keeper)));
  }

  /** The minutes that it holds. */
  synchronized Set<Long> minutes() {
    return new TreeSet<>(minutes.keySet());
  }

  /** What this process counted, whether it was written or not. */
  synchronized List<Part> parts(Set<String> names, long from, long to) {
    List<Part> parts = new ArrayList<>();
    minutes
        .subMap(from, true, to, true)
        .forEach((minute, byName) ->
            byName.forEach((name, entry) -> {
              if (names.contains(name)) {
                parts.add(part(minute, name, entry));
              }
            }));
    return parts;
  }

  /** Under what it has counted lately. */
  synchronized Set<String> names() {
    Set<String> names = new HashSet<>();
    minutes.values().forEach(byName -> names.addAll(byName.keySet()));
    return names;
  }

  /** How many parts were dropped that nobody keeps. */
  synchronized long lost() {
    return lost;
  }

  private Part part(long minute, String name, Entry entry) {
    return new Part(
        name,
        minute,
        process,
        entry.changed,
        PartText.write(new PartText.Content(entry.kind, entry.byTags)));
  }
}
