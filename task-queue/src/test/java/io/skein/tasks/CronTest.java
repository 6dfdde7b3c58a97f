package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When expressions tick, above all where the clocks change. */
final class CronTest {
  private static final int CRONS = Boolean.getBoolean("skein.test.full") ? 30 : 5;
  private static final List<String> ZONES =
      List.of("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kolkata");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // A jump from 2:00 to 3:00: what is in the gap is at its end, once.
        "30 2 * * * | Europe/Berlin | 2026-03-29T00:00:00Z | 2026-03-29T01:00:00Z 2026-03-30T00:30:00Z",
        "*/20 2-3 * * * | Europe/Berlin | 2026-03-29T00:00:00Z"
            + " | 2026-03-29T01:00:00Z 2026-03-29T01:20:00Z 2026-03-29T01:40:00Z 2026-03-30T00:00:00Z",
        "30 2 * * * | America/New_York | 2026-03-08T06:00:00Z | 2026-03-08T07:00:00Z 2026-03-09T06:30:00Z",
        "15 2 * * * | Australia/Lord_Howe | 2026-10-03T15:00:00Z"
            + " | 2026-10-03T15:30:00Z 2026-10-04T15:15:00Z",
        // Back from 3:00 to 2:00: what is repeated is at its first pass, once.
        "30 2 * * * | Europe/Berlin | 2026-10-25T00:00:00Z | 2026-10-25T00:30:00Z 2026-10-26T01:30:00Z",
        "30 1 * * * | America/New_York | 2026-11-01T05:00:00Z | 2026-11-01T05:30:00Z 2026-11-02T06:30:00Z",
        "45 1 * * * | Australia/Lord_Howe | 2026-04-04T14:00:00Z"
            + " | 2026-04-04T14:45:00Z 2026-04-05T15:15:00Z",
        // Intervals run on.
        "30 * * * * | Europe/Berlin | 2026-03-29T00:00:00Z | 2026-03-29T00:30:00Z 2026-03-29T01:30:00Z",
        "30 * * * * | Europe/Berlin | 2026-10-25T00:00:00Z"
            + " | 2026-10-25T00:30:00Z 2026-10-25T01:30:00Z 2026-10-25T02:30:00Z",
        "*/15 * * * * | Australia/Lord_Howe | 2026-04-04T14:45:00Z"
            + " | 2026-04-04T15:00:00Z 2026-04-04T15:15:00Z 2026-04-04T15:30:00Z",
        // Seconds, Sundays by both numbers, either day, leap days.
        "*/20 0 0 * * * | UTC | 2026-01-01T00:00:20Z | 2026-01-01T00:00:40Z 2026-01-02T00:00:00Z",
        "0 0 * * 7 | UTC | 2026-01-01T00:00:00Z | 2026-01-04T00:00:00Z 2026-01-11T00:00:00Z",
        "0 0 * * 0 | UTC | 2026-01-01T00:00:00Z | 2026-01-04T00:00:00Z 2026-01-11T00:00:00Z",
        "0 0 6 * 0 | UTC | 2026-01-01T00:00:00Z | 2026-01-04T00:00:00Z 2026-01-06T00:00:00Z",
        "0 0 29 2 * | UTC | 2026-01-01T00:00:00Z | 2028-02-29T00:00:00Z 2032-02-29T00:00:00Z"
      })
  void ticks(String cron, ZoneId zone, Instant after, String expected) {
    Cron parsed = Cron.parse(cron, zone);
    Instant tick = after;
    for (String next : expected.split(" ")) {
      tick = parsed.after(tick);
      assertThat(tick).isEqualTo(Instant.parse(next));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "* * * *", "* * * * * * *", "60 * * * *", "a b c d e", "0 0 31 2 *"})
  void whatNeverTicksIsRefused(String cron) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Cron.parse(cron, ZoneOffset.UTC))
        .withMessageContaining("cron expression");
  }

  @Test
  void theLastTickIsFoundWithoutWalkingThere() {
    Cron everySecond = Cron.parse("* * * * * *", ZoneOffset.UTC);
    Instant first = Instant.parse("2020-01-01T00:00:00Z");
    Instant end = Instant.parse("2026-01-01T00:00:00.500Z");
    assertThat(everySecond.lastUpTo(first, end)).isEqualTo(Instant.parse("2026-01-01T00:00:00Z"));
    Cron yearly = Cron.parse("0 0 1 6 *", ZoneOffset.UTC);
    assertThat(yearly.lastUpTo(Instant.parse("2020-06-01T00:00:00Z"), end))
        .isEqualTo(Instant.parse("2025-06-01T00:00:00Z"));
  }

  /**
   * {@code -Dskein.test.full=true} makes thirty. The model looks at each minute of two years and
   * asks the wall clock.
   */
  @Test
  void overTwoYearsTheTicksAreThoseOfAModel() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int n = 0; n < CRONS; n++) {
      ZoneId zone = ZoneId.of(ZONES.get(n % ZONES.size()));
      String minute = random.nextBoolean() ? "*/20" : "" + random.nextInt(60);
      String hour = List.of("*", "" + random.nextInt(4), "1-3").get(random.nextInt(3));
      int day = random.nextInt(31);
      int weekday = random.nextInt(7);
      boolean ofMonth = random.nextBoolean();
      boolean ofWeek = random.nextBoolean();
      String cron =
          minute
              + " "
              + hour
              + " "
              + (ofMonth ? "" + (day + 1) : "*")
              + " * "
              + (ofWeek ? "" + weekday : "*");
      List<Instant> expected = new ArrayList<>();
      Instant from = Instant.parse("2026-01-01T00:00:00Z");
      Instant end = Instant.parse("2028-01-01T00:00:00Z");
      LocalDateTime before = from.atZone(zone).toLocalDateTime();
      for (Instant at = from.plusSeconds(60); at.isBefore(end); at = at.plusSeconds(60)) {
        ZonedDateTime clock = at.atZone(zone);
        boolean second = !clock.withEarlierOffsetAtOverlap().equals(clock);
        LocalDateTime shown = clock.toLocalDateTime();
        boolean ticks = false;
        LocalDateTime covered = hour.equals("*") ? shown : before.plusMinutes(1);
        if (covered.isAfter(shown)) {
          covered = shown;
        }
        for (; !covered.isAfter(shown); covered = covered.plusMinutes(1)) {
          boolean either =
              (!ofMonth && !ofWeek)
                  || (ofMonth && covered.getDayOfMonth() == day + 1)
                  || (ofWeek && covered.getDayOfWeek().getValue() % 7 == weekday);
          ticks |= either && field(minute, covered.getMinute()) && field(hour, covered.getHour());
        }
        if (ticks && (hour.equals("*") || !second)) {
          expected.add(at);
        }
        before = shown;
      }
      Cron parsed = Cron.parse(cron, zone);
      List<Instant> found = new ArrayList<>();
      for (Instant at = parsed.after(from); at.isBefore(end); at = parsed.after(at)) {
        found.add(at);
      }
      assertThat(found).as("%s in %s, seed %d", cron, zone, seed).isEqualTo(expected);
    }
  }

  private static boolean field(String text, int value) {
    return switch (text) {
      case "*" -> true;
      case "*/20" -> value % 20 == 0;
      case "1-3" -> value >= 1 && value <= 3;
      default -> value == Integer.parseInt(text);
    };
  }
}
