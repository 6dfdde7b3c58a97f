package io.skein.api.limits;

import io.javalin.http.Context;
import io.skein.limits.Decision;
import io.skein.limits.Policy;
import java.time.Duration;
import java.util.stream.Collectors;

/**
 * The fields {@code RateLimit-Policy} and {@code RateLimit} of every answer that was counted
 * (draft-ietf-httpapi-ratelimit-headers-10).
 */
final class LimitHeaders {
  private LimitHeaders() {}

  static void write(Context context, Decision decision) {
    context.header("RateLimit-Policy", policies(decision));
    context.header("RateLimit", standings(decision));
  }

  /** Rounded up: who comes back then finds more. */
  static long seconds(Duration time) {
    return Math.ceilDiv(time.toNanos(), Duration.ofSeconds(1).toNanos());
  }

  private static String policies(Decision decision) {
    return decision.standings().stream()
        .map(standing -> standing.quota().policy())
        .map(policy -> name(policy) + ";q=" + policy.limit() + ";w=" + seconds(policy.window()))
        .collect(Collectors.joining(", "));
  }

  private static String standings(Decision decision) {
    return decision.standings().stream()
        .map(standing ->
            name(standing.quota().policy())
                + ";r="
                + standing.remaining()
                + ";t="
                + seconds(standing.reset()))
        .collect(Collectors.joining(", "));
  }

  private static String name(Policy policy) {
    return '"' + policy.name() + '"';
  }
}
