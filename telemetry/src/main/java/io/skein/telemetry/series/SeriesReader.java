package io.skein.telemetry.series;

import io.skein.redis.RedisAwayException;
import io.skein.telemetry.series.KeptReads.Kept;
import io.skein.telemetry.series.SeriesAnswer.Source;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks Redis, an hour in one round trip, and PostgreSQL for what Redis may not have. Thread safe.
 */
final class SeriesReader {
  private static final Logger LOG = LoggerFactory.getLogger(SeriesReader.class);
  private static final int NAMED_MINUTES = 10;

  /** What is in memory at once; the ordinary question asks for no more. */
  private static final int MINUTES_AT_ONCE = 60;

  private final MinuteLedger ledger;
  private final RedisSeries redis;
  private final PostgresSeries postgres;
  private final KeptReads keptReads;

  SeriesReader(MinuteLedger ledger, RedisSeries redis, PostgresSeries postgres) {
    this.ledger = ledger;
    this.redis = redis;
    this.postgres = postgres;
    this.keptReads = new KeptReads(postgres.fallback());
  }

  SeriesAnswer read(Collection<SeriesQuestion> questions, int minutes, Instant now) {
    long to = Minutes.of(now);
    long from = to - minutes + 1;
    Reading reading = new Reading(new SeriesMerge(questions));
    for (long first = from; first <= to; first += MINUTES_AT_ONCE) {
      reading.read(first, Math.min(to, first + MINUTES_AT_ONCE - 1));
    }
    return reading.merge.answer(Minutes.start(from), minutes, reading.source(), reading.reason());
  }

  /** The names under which anything was counted lately. */
  Set<String> names(Instant now) {
    long to = Minutes.of(now);
    long from = to - NAMED_MINUTES + 1;
    Set<String> names = new TreeSet<>(ledger.names());
    try {
      if (redis.open()) {
        names.addAll(redis.names(from, to));
        return names;
      }
    } catch (RedisAwayException e) {
      LOG.debug("names are read from PostgreSQL", e);
    }
    if (keptReads.ask(() -> postgres.names(from, to)) instanceof Kept.Found<Set<String>> kept) {
      names.addAll(kept.answer());
    }
    return names;
  }

  /** Whether anybody has counted under a name in the days that are kept; yes if it is not known. */
  boolean knows(String name, Instant now) {
    return names(now).contains(name) // may not have come to PostgreSQL yet
        || !(keptReads.ask(() -> postgres.has(name)) instanceof Kept.Found<Boolean> kept)
        || kept.answer();
  }

  /** One question on its way. */
  private final class Reading {
    final SeriesMerge merge;
    private final Set<Long> doubtful = new HashSet<>();
    private boolean withoutRedis;
    private boolean fromRedis;
    private boolean fromPostgres;
    private @Nullable String keptMissing;

    Reading(SeriesMerge merge) {
      this.merge = merge;
    }

    void read(long from, long to) {
      Optional<RedisSeries.Found> shared = ofRedis(from, to);
      if (shared.isEmpty()) {
        List<Part> parts = new ArrayList<>(ledger.parts(merge.names(), from, to));
        List<Part> kept = kept(from, to);
        fromPostgres |= keptMissing == null;
        parts.addAll(kept);
        merge.add(parts);
        return;
      }
      fromRedis = true;
      List<Part> parts = new ArrayList<>(shared.get().parts());
      Set<Long> missing = shared.get().doubtful();
      if (!missing.isEmpty() || redis.justBack()) {
        doubtful.addAll(missing);
        List<Part> kept = kept(from, to);
        fromPostgres |= isNews(kept, parts);
        parts.addAll(kept);
      }
      merge.add(parts);
    }

    /** Once it did not answer it is not asked again: each time would take its while. */
    private Optional<RedisSeries.Found> ofRedis(long from, long to) {
      if (withoutRedis || !redis.open()) {
        withoutRedis = true;
        return Optional.empty();
      }
      try {
        return Optional.of(redis.find(merge.names(), from, to));
      } catch (RedisAwayException e) {
        LOG.debug("figures are read from PostgreSQL", e);
        withoutRedis = true;
        return Optional.empty();
      }
    }

    private List<Part> kept(long from, long to) {
      if (keptMissing != null) {
        return List.of();
      }
      return switch (keptReads.ask(() -> postgres.read(merge.names(), from, to))) {
        case Kept.Found<List<Part>> kept -> kept.answer();
        case Kept.Missing<List<Part>> missing -> {
          keptMissing = missing.reason();
          yield List.of();
        }
      };
    }

    private static boolean isNews(List<Part> kept, List<Part> known) {
      Map<Part.Key, Long> flushes = new HashMap<>();
      known.forEach(part -> flushes.put(part.key(), part.flush()));
      return kept.stream().anyMatch(part -> flushes.getOrDefault(part.key(), -1L) < part.flush());
    }

    Source source() {
      if (fromRedis) {
        return fromPostgres ? Source.REDIS_AND_POSTGRES : Source.REDIS;
      }
      return fromPostgres ? Source.POSTGRES : Source.PROCESS;
    }

    @Nullable String reason() {
      if (withoutRedis) {
        String why = redis.open() ? "Redis did not answer" : redis.whyNot();
        return keptMissing == null
            ? why + ": the latest minutes of other instances may be missing"
            : why + ", and " + keptMissing + ": figures of this instance alone";
      }
      if (!doubtful.isEmpty()) {
        String what = "Redis may lack figures of " + doubtful.size() + " of these minutes";
        return keptMissing == null
            ? what
                + ", which are being brought back: the latest of instances that have ended may"
                + " be missing"
            : what + ", and " + keptMissing;
      }
      return redis.justBack()
          ? "Redis has just come back: the latest figures of other instances may be missing"
          : null;
    }
  }
}
