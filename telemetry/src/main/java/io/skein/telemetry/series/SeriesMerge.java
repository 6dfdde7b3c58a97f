package io.skein.telemetry.series;

import io.skein.telemetry.series.SeriesAnswer.Name;
import io.skein.telemetry.series.SeriesAnswer.Source;
import io.skein.telemetry.series.SeriesAnswer.Sum;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds up the parts of some minutes, then those of others, so that no more than those and the rows
 * of the answer are in memory. Not thread safe.
 */
final class SeriesMerge {
  private static final Logger LOG = LoggerFactory.getLogger(SeriesMerge.class);

  /** Some twenty megabytes. */
  private static final int MOST_ROWS = 100_000;

  private final Map<String, List<SeriesQuestion>> questions;
  private final Map<SeriesQuestion, Map<Map<String, String>, SortedMap<Instant, Sum>>> lines =
      new HashMap<>();
  private final Map<String, SeriesKind> kinds = new HashMap<>();
  private final Map<String, Set<String>> tags = new HashMap<>();
  private int rows;
  private int unreadable;

  SeriesMerge(Collection<SeriesQuestion> questions) {
    this.questions = questions.stream().collect(Collectors.groupingBy(SeriesQuestion::name));
  }

  /** Whose figures are needed. */
  Set<String> names() {
    return questions.keySet();
  }

  private record Row(SeriesQuestion question, Map<String, String> group, long minute) {}

  private record Spot(String name, long minute, String instance) {}

  private record Read(Part part, PartText.Content content) {
    Read later(Read other) {
      return ProcessName.BY_BEGIN.compare(part.process(), other.part.process()) >= 0 ? this : other;
    }
  }

  private static final class Adding {
    Figures figures = Figures.NONE;
    double total;
  }

  /**
   * Adds all there is of some minutes, of which nothing was added before. Of a gauge only the
   * latest process of an instance counts: what its predecessor showed is not there any more.
   *
   * @param parts of which one may be there more than once, as different stores have it
   * @throws TooManyFiguresException when the answer becomes too large
   */
  void add(Collection<Part> parts) {
    Map<Row, Adding> adding = new HashMap<>();
    Map<Spot, Read> gauges = new HashMap<>();
    for (Part part : latest(parts)) {
      try {
        Read read = new Read(part, PartText.read(part.text()));
        if (read.content().kind() == SeriesKind.GAUGE) {
          gauges.merge(
              new Spot(part.name(), part.minute(), ProcessName.instanceOf(part.process())),
              read,
              Read::later);
        } else {
          add(read, adding);
        }
      } catch (RuntimeException e) { // written by another build, or by nobody of us
        LOG.atDebug()
            .addKeyValue("name", part.name())
            .addKeyValue("process", part.process())
            .setCause(e)
            .log("a part cannot be read");
        unreadable++;
      }
    }
    gauges.values().forEach(read -> add(read, adding));
    adding.forEach(this::keep);
  }

  private void add(Read read, Map<Row, Adding> adding) {
    Part part = read.part();
    SeriesKind kind = read.content().kind();
    kinds.putIfAbsent(part.name(), kind);
    Set<String> known = tags.computeIfAbsent(part.name(), unseen -> new HashSet<>());
    String instance = ProcessName.instanceOf(part.process());
    read.content()
        .byTags()
        .forEach((values, figures) -> {
          known.addAll(values.keySet());
          for (SeriesQuestion question : questions.getOrDefault(part.name(), List.of())) {
            Row row = new Row(question, group(question, values, instance), part.minute());
            Adding sum = adding.computeIfAbsent(row, unseen -> new Adding());
            sum.figures = sum.figures.plus(figures);
            if (kind == SeriesKind.GAUGE) {
              sum.total += figures.billionths() / StripedSum.SCALE / figures.count();
            }
          }
        });
  }

  /** The value of each tag; empty when there is none. */
  private static Map<String, String> group(
      SeriesQuestion question, Map<String, String> values, String instance) {
    Map<String, String> group = new TreeMap<>();
    for (String tag : question.by()) {
      group.put(tag, tag.equals(SeriesAnswer.INSTANCE) ? instance : values.getOrDefault(tag, ""));
    }
    return group;
  }

  /** The minute is complete: what the quantiles were read from is not needed any more. */
  private void keep(Row row, Adding sum) {
    if (++rows > MOST_ROWS) {
      throw new TooManyFiguresException(MOST_ROWS);
    }
    Figures figures = sum.figures;
    lines
        .computeIfAbsent(row.question(), unseen -> new HashMap<>())
        .computeIfAbsent(row.group(), unseen -> new TreeMap<>())
        .put(
            Minutes.start(row.minute()),
            new Sum(
                figures.count(),
                figures.billionths(),
                sum.total,
                SeriesAnswer.Quantiles.of(figures.buckets())));
  }

  /**
   * @param reason why it is not complete, as far as the stores know
   */
  SeriesAnswer answer(Instant from, int minutes, Source source, @Nullable String reason) {
    Map<String, Name> names = new HashMap<>();
    kinds.forEach(
        (name, kind) -> names.put(name, new Name(kind, tags.getOrDefault(name, Set.of()))));
    Map<SeriesQuestion, Map<Map<String, String>, SortedMap<Instant, Sum>>> sorted = new HashMap<>();
    lines.forEach((question, groups) -> sorted.put(question, sorted(groups)));
    return new SeriesAnswer(from, minutes, source, withUnreadable(reason), names, sorted);
  }

  private static <T> Map<Map<String, String>, T> sorted(Map<Map<String, String>, T> groups) {
    Map<Map<String, String>, T> sorted = new LinkedHashMap<>();
    groups.entrySet().stream()
        .sorted(Comparator.comparing(group -> group.getKey().toString()))
        .forEach(group -> sorted.put(group.getKey(), group.getValue()));
    return sorted;
  }

  private @Nullable String withUnreadable(@Nullable String reason) {
    if (unreadable == 0) {
      return reason;
    }
    String parts = unreadable + " parts of these figures cannot be read";
    return reason == null ? parts : reason + "; " + parts;
  }

  /** Of each part the one that was written last. */
  private static Collection<Part> latest(Collection<Part> parts) {
    Map<Part.Key, Part> latest = new HashMap<>();
    parts.forEach(part ->
        latest.merge(part.key(), part, (one, two) -> one.flush() >= two.flush() ? one : two));
    return latest.values();
  }
}
