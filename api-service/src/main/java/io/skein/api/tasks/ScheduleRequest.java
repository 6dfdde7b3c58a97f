package io.skein.api.tasks;

import io.skein.tasks.Priority;
import io.skein.tasks.Retries;
import io.skein.tasks.Schedule;
import io.skein.tasks.TimeLimits;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The body that puts a schedule; what is left out has the defaults of {@link Schedule#of}.
 *
 * @param retryDelaySeconds before the first retry
 */
record ScheduleRequest(
    @Nullable String cron,
    @Nullable String zone,
    @Nullable String queue,
    @Nullable String type,
    @Nullable JsonNode payload,
    @Nullable String priority,
    @Nullable String tenant,
    @Nullable String missed,
    @Nullable String overlap,
    @Nullable Integer maxAttempts,
    @Nullable Integer retryDelaySeconds,
    @Nullable Integer softLimitSeconds,
    @Nullable Integer hardLimitSeconds) {

  /**
   * @throws IllegalArgumentException saying what is missing or wrong
   */
  Schedule named(String name) {
    if (cron == null || queue == null || type == null) {
      throw new IllegalArgumentException("a schedule has cron, queue and type");
    }
    if (tenant != null && tenant.isBlank()) {
      throw new IllegalArgumentException("tenant is empty: name an account, or leave it out");
    }
    Schedule schedule =
        Schedule.of(name, cron, queue, type, payload == null ? "{}" : payload.toString())
            .withTenant(tenant)
            .withRetries(retries())
            .withLimits(limits());
    if (priority != null) {
      schedule = schedule.withPriority(constant("priority", Priority.values(), priority));
    }
    if (missed != null) {
      schedule = schedule.withMissed(constant("missed", Schedule.Missed.values(), missed));
    }
    if (overlap != null) {
      schedule = schedule.withOverlap(constant("overlap", Schedule.Overlap.values(), overlap));
    }
    return zone == null ? schedule : schedule.withZone(zone(zone));
  }

  private @Nullable Retries retries() {
    if (maxAttempts == null && retryDelaySeconds == null) {
      return null;
    }
    Retries defaults = Retries.DEFAULT;
    return new Retries(
        maxAttempts == null ? defaults.maxAttempts() : maxAttempts,
        seconds(retryDelaySeconds, defaults.delay()));
  }

  private @Nullable TimeLimits limits() {
    if (softLimitSeconds == null && hardLimitSeconds == null) {
      return null;
    }
    TimeLimits defaults = TimeLimits.DEFAULT;
    return new TimeLimits(
        seconds(softLimitSeconds, defaults.soft()), seconds(hardLimitSeconds, defaults.hard()));
  }

  private static Duration seconds(@Nullable Integer given, Duration otherwise) {
    return given == null ? otherwise : Duration.ofSeconds(given);
  }

  private static ZoneId zone(String name) {
    try {
      return ZoneId.of(name);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "zone is a name of the time zone database, such as Europe/Berlin", e);
    }
  }

  private static <E extends Enum<E>> E constant(String field, E[] known, String text) {
    return Arrays.stream(known)
        .filter(value -> TaskNodes.text(value).equals(text))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                field + " is one of " + Arrays.toString(known).toLowerCase(Locale.ROOT)));
  }
}
