package io.skein.api.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skein.limits.Policy;
import io.skein.telemetry.SettingsReader;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LimitSettingsTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @Test
  void withoutSettingsAUserMakesAHundredAMinute() {
    LimitSettings limits = read(Map.of());
    assertThat(limits.user()).containsExactly(Policy.of("user", 100, MINUTE));
    assertThat(limits.address()).containsExactly(Policy.of("address", 100, MINUTE));
    assertThat(limits.tenant()).isEmpty();
    assertThat(limits.routes()).isEmpty();
    assertThat(limits.trustedProxies()).isEmpty();
  }

  @Test
  void credentialsAreStrictWithoutRedis() {
    LimitSettings limits = read(Map.of("SKEIN_LIMIT_TICKETS", "5/1s"));
    for (List<Policy> policies : List.of(limits.signIn(), limits.tickets())) {
      assertThat(policies)
          .singleElement()
          .extracting(Policy::withoutRedis)
          .isEqualTo(Policy.WithoutRedis.STRICT);
    }
  }

  @Test
  void severalLimitsOfAKindAreNamedByTheirWindows() {
    LimitSettings limits = read(Map.of("SKEIN_LIMIT_USER", "10/1s, 100/1m"));
    assertThat(limits.user())
        .containsExactly(
            Policy.of("user-1s", 10, Duration.ofSeconds(1)), Policy.of("user-60s", 100, MINUTE));
  }

  @Test
  void routesAndAccountsHaveLimitsOfTheirOwn() {
    LimitSettings limits =
        read(
            Map.of(
                "SKEIN_LIMIT_TENANT", "2000/1m",
                "SKEIN_LIMIT_USER", "off",
                "SKEIN_LIMIT_ROUTES",
                    "POST /api/v1/flows=10/1m, post /api/v1/flows=100/1h,"
                        + "GET /api/v1/flows/{flow}/report=5/1m"));
    assertThat(limits.user()).isEmpty();
    assertThat(limits.tenant()).containsExactly(Policy.of("tenant", 2_000, MINUTE));
    assertThat(limits.routes())
        .containsOnly(
            Map.entry(
                RoutePattern.parse("POST /api/v1/flows"),
                List.of(
                    Policy.of("POST /api/v1/flows-60s", 10, MINUTE),
                    Policy.of("POST /api/v1/flows-3600s", 100, Duration.ofHours(1)))),
            Map.entry(
                RoutePattern.parse("GET /api/v1/flows/{flow}/report"),
                List.of(Policy.of("GET /api/v1/flows/{flow}/report", 5, MINUTE))));
    assertThat(limits.all()).extracting(Policy::name).contains("tenant", "POST /api/v1/flows-60s");
  }

  @Test
  void whatCannotBeReadIsAProblemEach() {
    SettingsReader settings =
        new SettingsReader(
            Map.of(
                "SKEIN_LIMIT_USER", "100",
                "SKEIN_LIMIT_ADDRESS", "0/1m",
                "SKEIN_LIMIT_TENANT", "10/500ms",
                "SKEIN_LIMIT_STREAMS", "10/60s,20/1m",
                "SKEIN_LIMIT_ROUTES", "/api/v1/flows=10/1m",
                "SKEIN_TRUSTED_PROXIES", "10.0.0.0/33"));
    LimitSettings.read(settings);
    assertThatThrownBy(settings::finish)
        .hasMessageContaining("SKEIN_LIMIT_USER")
        .hasMessageContaining("SKEIN_LIMIT_ADDRESS")
        .hasMessageContaining("SKEIN_LIMIT_TENANT")
        .hasMessageContaining("SKEIN_LIMIT_STREAMS")
        .hasMessageContaining("SKEIN_LIMIT_ROUTES")
        .hasMessageContaining("SKEIN_TRUSTED_PROXIES");
  }

  @Test
  void aRouteMatchesWhatTheRouterWouldGiveIt() {
    RoutePattern route = RoutePattern.parse("GET /api/v1/flows/{flow}/state");
    assertThat(route.matches("GET", "/api/v1/flows/7/state")).isTrue();
    assertThat(route.matches("HEAD", "/api/v1/flows/7/state/")).isTrue();
    assertThat(route.matches("POST", "/api/v1/flows/7/state")).isFalse();
    assertThat(route.matches("GET", "/api/v1/flows/7/8/state")).isFalse();
    assertThat(route.matches("GET", "/api/v1/flows/7/state/x")).isFalse();
    assertThat(route.matches("GET", "/api/v1/flows/7")).isFalse();
    assertThat(RoutePattern.parse("POST /a/{b}").matches("POST", "/a/")).isFalse();
  }

  private static LimitSettings read(Map<String, String> environment) {
    SettingsReader settings = new SettingsReader(environment);
    LimitSettings limits = LimitSettings.read(settings);
    settings.finish();
    return limits;
  }
}
