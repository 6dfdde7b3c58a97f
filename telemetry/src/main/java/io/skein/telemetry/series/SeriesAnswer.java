package io.skein.telemetry.series;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Figures of all processes, and how far they can be trusted. Immutable.
 *
 * @param source where they come from
 * @param reason why they are not complete; null when they are
 */
public record SeriesAnswer(
    Instant from, int minutes, Source source, @Nullable String reason, List<Cell> cells) {

  public SeriesAnswer {
    cells = List.copyOf(cells);
  }

  /** Where figures were read. */
  public enum Source {
    REDIS,
    /** PostgreSQL filled minutes that Redis does not have. */
    REDIS_AND_POSTGRES,
    POSTGRES,
    /** Only what the asked process counted itself. */
    PROCESS;

    /** As the API says it, for example {@code redis+postgres}. */
    public String text() {
      return name().toLowerCase(Locale.ROOT).replace("_and_", "+");
    }
  }

  /** What one process counted in one minute under one name and some tags. */
  public record Cell(
      String name,
      SeriesKind kind,
      Instant minute,
      String instance,
      Map<String, String> tags,
      Figures figures) {

    /** The value of a tag, or of the instance; empty when it has none. */
    String valueOf(String tag) {
      return tag.equals(INSTANCE) ? instance : tags.getOrDefault(tag, "");
    }
  }

  /** The tag that every figure has: which instance counted. */
  public static final String INSTANCE = "instance";

  /**
   * Figures that were added up.
   *
   * @param total of gauges: the mean of each instance and each set of tags, added up; otherwise 0
   */
  public record Sum(Figures figures, double total) {
    static final Sum NONE = new Sum(Figures.NONE, 0);

    Sum plus(Cell cell) {
      Double mean = cell.kind() == SeriesKind.GAUGE ? cell.figures().average() : null;
      return new Sum(figures.plus(cell.figures()), total + (mean == null ? 0 : mean));
    }
  }

  public boolean complete() {
    return reason == null;
  }

  /** What is counted under a name; a counter when nothing was. */
  public SeriesKind kindOf(String name) {
    return cells.stream()
        .filter(cell -> cell.name().equals(name))
        .map(Cell::kind)
        .findFirst()
        .orElse(SeriesKind.COUNTER);
  }

  /** The minutes of a name, for each combination of the values of some tags. */
  public Map<Map<String, String>, SortedMap<Instant, Sum>> by(String name, Set<String> tags) {
    Map<Map<String, String>, SortedMap<Instant, Sum>> groups =
        new TreeMap<>(Comparator.comparing(Map::toString));
    for (Cell cell : cells) {
      if (cell.name().equals(name)) {
        Map<String, String> group = new TreeMap<>();
        tags.forEach(tag -> group.put(tag, cell.valueOf(tag)));
        SortedMap<Instant, Sum> minutes = groups.computeIfAbsent(group, unseen -> new TreeMap<>());
        minutes.merge(cell.minute(), Sum.NONE.plus(cell), (sum, one) -> sum.plus(cell));
      }
    }
    return groups;
  }

  /** The minutes of a name, all tags and instances together. */
  public SortedMap<Instant, Sum> all(String name) {
    return by(name, Set.of()).getOrDefault(Map.of(), new TreeMap<>());
  }
}
