package io.skein.telemetry.series;

import io.skein.redis.RedisAwayException;
import io.skein.telemetry.series.SeriesAnswer.Cell;
import io.skein.telemetry.series.SeriesAnswer.Source;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks Redis in one round trip, and PostgreSQL for what Redis does not have. Thread safe. */
final class SeriesReader {
  private static final Logger LOG = LoggerFactory.getLogger(SeriesReader.class);
  private static final int NAMED_MINUTES = 10;

  private final MinuteLedger ledger;
  private final RedisSeries redis;
  private final PostgresSeries postgres;

  SeriesReader(MinuteLedger ledger, RedisSeries redis, PostgresSeries postgres) {
    this.ledger = ledger;
    this.redis = redis;
    this.postgres = postgres;
  }

  SeriesAnswer read(Set<String> names, int minutes, Instant now) {
    long to = Minutes.of(now);
    long from = to - minutes + 1;
    Optional<SeriesStore.Found> shared = fromRedis(names, from, to);
    if (shared.isPresent() && shared.get().absent().isEmpty()) {
      return answer(from, minutes, Source.REDIS, null, shared.get().parts());
    }
    Optional<List<Part>> kept = fromPostgres(names, from, to);
    if (shared.isPresent()) {
      return filled(from, minutes, shared.get(), kept);
    }
    List<Part> parts = new ArrayList<>(ledger.parts(names, from, to));
    kept.ifPresent(parts::addAll);
    return answer(
        from,
        minutes,
        kept.isPresent() ? Source.POSTGRES : Source.PROCESS,
        kept.isPresent()
            ? whyNot() + ": the latest minutes of other instances may be missing"
            : whyNot() + ", and PostgreSQL does not answer: figures of this instance alone",
        parts);
  }

  private String whyNot() {
    return redis.open() ? "Redis did not answer" : redis.whyNot();
  }

  /** The names under which anything was counted lately. */
  Set<String> names(Instant now) {
    long to = Minutes.of(now);
    long from = to - NAMED_MINUTES + 1;
    Set<String> names = new TreeSet<>(ledger.names());
    try {
      names.addAll(redis.open() ? redis.names(from, to) : postgres.names(from, to));
    } catch (RuntimeException e) {
      LOG.debug("only names of this process are known", e);
    }
    return names;
  }

  private static SeriesAnswer filled(
      long from, int minutes, SeriesStore.Found shared, Optional<List<Part>> kept) {
    if (kept.isEmpty()) {
      return answer(
          from,
          minutes,
          Source.REDIS,
          "Redis has nothing of "
              + shared.absent().size()
              + " of these minutes, and PostgreSQL does not answer",
          shared.parts());
    }
    Set<Part.Key> inRedis =
        shared.parts().stream().map(Part::key).collect(Collectors.toUnmodifiableSet());
    if (kept.get().stream().map(Part::key).allMatch(inRedis::contains)) {
      return answer(from, minutes, Source.REDIS, null, shared.parts());
    }
    List<Part> parts = new ArrayList<>(shared.parts());
    parts.addAll(kept.get());
    return answer(from, minutes, Source.REDIS_AND_POSTGRES, null, parts);
  }

  private Optional<SeriesStore.Found> fromRedis(Set<String> names, long from, long to) {
    if (!redis.open()) {
      return Optional.empty();
    }
    try {
      return Optional.of(redis.read(names, from, to));
    } catch (RedisAwayException e) {
      LOG.debug("figures are read from PostgreSQL", e);
      return Optional.empty();
    }
  }

  private Optional<List<Part>> fromPostgres(Set<String> names, long from, long to) {
    try {
      return Optional.of(postgres.read(names, from, to).parts());
    } catch (RuntimeException e) {
      LOG.warn("kept figures cannot be read reason=\"{}\"", e.toString());
      return Optional.empty();
    }
  }

  private static SeriesAnswer answer(
      long from, int minutes, Source source, @Nullable String reason, List<Part> parts) {
    List<Cell> cells = new ArrayList<>();
    int unreadable = 0;
    for (Part part : latest(parts)) {
      try {
        cells.addAll(cells(part));
      } catch (RuntimeException e) {
        LOG.debug("a part cannot be read name={} process={}", part.name(), part.process(), e);
        unreadable++;
      }
    }
    String missing = unreadable == 0 ? reason : but(reason, unreadable);
    return new SeriesAnswer(Minutes.start(from), minutes, source, missing, cells);
  }

  /** Written by another build, or by nobody of us. */
  private static String but(@Nullable String reason, int unreadable) {
    String parts = unreadable + " parts of these figures cannot be read";
    return reason == null ? parts : reason + "; " + parts;
  }

  private static List<Cell> cells(Part part) {
    PartText.Content content = PartText.read(part.text());
    return content.byTags().entrySet().stream()
        .map(tagged ->
            new Cell(
                part.name(),
                content.kind(),
                Minutes.start(part.minute()),
                ProcessName.instanceOf(part.process()),
                tagged.getKey(),
                tagged.getValue()))
        .toList();
  }

  /** Of each part the one that was written last. */
  private static Collection<Part> latest(List<Part> parts) {
    Map<Part.Key, Part> latest = new HashMap<>();
    parts.forEach(part ->
        latest.merge(part.key(), part, (one, two) -> one.flush() >= two.flush() ? one : two));
    return latest.values();
  }
}
