package io.skein.telemetry.series;

import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Figures of all processes, and how far they can be trusted. Immutable.
 *
 * @param source where they come from
 * @param reason why they are not complete; null when they are
 * @param names what is known of each name that has any figures
 * @param lines for each question, and each combination of the values of its tags, the minutes that
 *     have any figures
 */
public record SeriesAnswer(
    Instant from,
    int minutes,
    Source source,
    @Nullable String reason,
    Map<String, Name> names,
    Map<SeriesQuestion, Map<Map<String, String>, SortedMap<Instant, Sum>>> lines) {

  /** The tag that every figure has: which instance counted. */
  public static final String INSTANCE = "instance";

  public SeriesAnswer {
    names = Map.copyOf(names);
    lines = Map.copyOf(lines);
  }

  /** Where figures were read. */
  public enum Source {
    REDIS,
    /** PostgreSQL had some that Redis does not have. */
    REDIS_AND_POSTGRES,
    POSTGRES,
    /** Only what the asked process counted itself. */
    PROCESS;

    /** As the API says it, for example {@code redis+postgres}. */
    public String text() {
      return name().toLowerCase(Locale.ROOT).replace("_and_", "+");
    }
  }

  /**
   * What is counted under a name.
   *
   * @param tags by which its figures can be told apart, beside the instance
   */
  public record Name(SeriesKind kind, Set<String> tags) {
    public Name {
      tags = Set.copyOf(tags);
    }
  }

  /**
   * Figures that were added up.
   *
   * @param billionths their sum, in billionths of the unit
   * @param total of gauges: the mean of each instance and each set of tags, added up; otherwise 0
   * @param quantiles null for what is only counted
   */
  public record Sum(long count, long billionths, double total, @Nullable Quantiles quantiles) {

    public double sum() {
      return billionths / StripedSum.SCALE;
    }

    /** Empty (null) when nothing was counted. */
    public @Nullable Double average() {
      return count == 0 ? null : (Double) (sum() / count);
    }
  }

  /** How figures are spread: each is off by less than 2 % of itself. */
  public record Quantiles(double p50, double p95, double p99) {
    static @Nullable Quantiles of(Buckets buckets) {
      return buckets.isEmpty()
          ? null
          : new Quantiles(buckets.quantile(0.50), buckets.quantile(0.95), buckets.quantile(0.99));
    }
  }

  public boolean complete() {
    return reason == null;
  }

  /** What is counted under a name; a counter when nothing was. */
  public SeriesKind kindOf(String name) {
    Name known = names.get(name);
    return known == null ? SeriesKind.COUNTER : known.kind();
  }

  /** The tags by which figures of a name can be told apart; empty when there are no figures. */
  public Optional<Set<String>> tagsOf(String name) {
    return Optional.ofNullable(names.get(name)).map(Name::tags);
  }

  /** The minutes of a question, for each combination of the values of its tags. */
  public Map<Map<String, String>, SortedMap<Instant, Sum>> of(SeriesQuestion question) {
    return lines.getOrDefault(question, Map.of());
  }

  /** The minutes of a question without tags. */
  public SortedMap<Instant, Sum> all(SeriesQuestion question) {
    return of(question).getOrDefault(Map.of(), new TreeMap<>());
  }
}
