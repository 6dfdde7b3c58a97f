package io.skein.tasks;

import com.cronutils.model.definition.CronDefinition;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.List;
import java.util.Optional;

/**
 * The ticks of a cron expression in a zone. The expression is evaluated on local times alone, and
 * this class says which instants these are. With a given hour, a tick in the gap that the clocks
 * jump over is at the gap's end, and one in the time that they repeat is at its first pass. With
 * the hour {@code *} the expression means intervals: it ticks in both passes, and nothing stands
 * for the gap. Immutable.
 */
final class Cron {
  private static final Duration SMALLEST_STEP = Duration.ofSeconds(1);
  private static final CronParser FIVE = new CronParser(definition(false));
  private static final CronParser SIX = new CronParser(definition(true));

  /** From here on it is looked for a first tick; any day will do. */
  private static final Instant ANY = Instant.parse("2024-01-01T00:00:00Z");

  private final ExecutionTime local;
  private final ZoneRules rules;
  private final boolean everyHour;

  private Cron(ExecutionTime local, ZoneRules rules, boolean everyHour) {
    this.local = local;
    this.rules = rules;
    this.everyHour = everyHour;
  }

  /**
   * @throws IllegalArgumentException when it is no cron expression, or never comes true
   */
  static Cron parse(String text, ZoneId zone) {
    List<String> fields = List.of(text.strip().split("\\s+"));
    if (fields.size() != 5 && fields.size() != 6) {
      throw new IllegalArgumentException(
          "a cron expression has five fields, minute, hour, day of the month, month and day of the"
              + " week, or six with the second before them, but not: "
              + text);
    }
    Cron cron =
        new Cron(
            localTimes(text, fields.size() == 6),
            zone.getRules(),
            fields.get(fields.size() - 4).equals("*"));
    if (cron.nextLocal(ANY.atOffset(ZoneOffset.UTC).toLocalDateTime()).isEmpty()) {
      throw new IllegalArgumentException("a cron expression must come true some day: " + text);
    }
    return cron;
  }

  /** The first tick after this instant. */
  Instant after(Instant instant) {
    return everyHour ? afterByIntervals(instant) : afterByClock(instant);
  }

  /** The first tick at this instant or after it. */
  Instant atOrAfter(Instant instant) {
    return after(instant.minusNanos(1));
  }

  /**
   * The last tick that is not after {@code end}, found by halving what is left.
   *
   * @param tick one that is not after {@code end}
   */
  Instant lastUpTo(Instant tick, Instant end) {
    Instant last = tick;
    Instant open = end;
    while (Duration.between(last, open).compareTo(SMALLEST_STEP) >= 0) {
      Instant middle = last.plus(Duration.between(last, open).dividedBy(2));
      Instant found = after(middle);
      if (found.isAfter(end)) {
        open = middle;
      } else {
        last = found;
      }
    }
    return last;
  }

  /** Local times are mapped to instants in order; those of a second pass are never reached. */
  private Instant afterByClock(Instant instant) {
    LocalDateTime cursor = LocalDateTime.ofInstant(instant, rules.getOffset(instant));
    while (true) {
      cursor = required(cursor);
      ZoneOffsetTransition change = rules.getTransition(cursor);
      Instant tick;
      if (change == null) {
        tick = cursor.toInstant(rules.getOffset(cursor));
      } else if (change.isGap()) {
        tick = change.getInstant();
      } else {
        tick = cursor.toInstant(change.getOffsetBefore());
      }
      if (tick.isAfter(instant)) {
        return tick;
      }
    }
  }

  /** Local times run on evenly up to the next change, and begin anew there. */
  private Instant afterByIntervals(Instant instant) {
    Instant from = instant;
    ZoneOffset offset = rules.getOffset(from);
    while (true) {
      Instant tick = required(LocalDateTime.ofInstant(from, offset)).toInstant(offset);
      ZoneOffsetTransition change = rules.nextTransition(from);
      if (change == null || tick.isBefore(change.getInstant())) {
        return tick;
      }
      from = change.getInstant().minusNanos(1);
      offset = change.getOffsetAfter();
      Instant first = required(LocalDateTime.ofInstant(from, offset)).toInstant(offset);
      from = change.getInstant();
      if (first.equals(from)) {
        return first;
      }
    }
  }

  private LocalDateTime required(LocalDateTime after) {
    return nextLocal(after)
        .orElseThrow(() -> new IllegalArgumentException("the cron expression has no tick left"));
  }

  /** The library would carry a fraction of a second on. */
  private Optional<LocalDateTime> nextLocal(LocalDateTime after) {
    return local
        .nextExecution(after.truncatedTo(ChronoUnit.SECONDS).atZone(ZoneOffset.UTC))
        .map(tick -> tick.toLocalDateTime());
  }

  private static ExecutionTime localTimes(String text, boolean seconds) {
    try {
      return ExecutionTime.forCron((seconds ? SIX : FIVE).parse(text.strip()).validate());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "not a cron expression: " + text + ": " + e.getMessage(), e);
    }
  }

  /** What Unix has; a day of the month and a day of the week that are both given mean either. */
  private static CronDefinition definition(boolean seconds) {
    CronDefinitionBuilder builder = CronDefinitionBuilder.defineCron();
    if (seconds) {
      builder = builder.withSeconds().withValidRange(0, 59).withStrictRange().and();
    }
    return builder
        .withMinutes()
        .withValidRange(0, 59)
        .withStrictRange()
        .and()
        .withHours()
        .withValidRange(0, 23)
        .withStrictRange()
        .and()
        .withDayOfMonth()
        .withValidRange(1, 31)
        .withStrictRange()
        .and()
        .withMonth()
        .withValidRange(1, 12)
        .withStrictRange()
        .and()
        .withDayOfWeek()
        .withValidRange(0, 7)
        .withMondayDoWValue(1)
        .withIntMapping(7, 0)
        .withStrictRange()
        .and()
        .instance();
  }
}
