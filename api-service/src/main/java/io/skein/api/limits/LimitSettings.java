package io.skein.api.limits;

import io.skein.limits.Policy;
import io.skein.telemetry.SettingsReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How many requests are admitted. Each request counts under the policies of one kind, and besides
 * under those of its account and its route.
 *
 * @param user of a signed-in user, for all that is none of the following kinds
 * @param watching of a user, for what a page reads by itself: state, progress, overview
 * @param streams of a user, for streams that are opened
 * @param tickets of a user, for tickets that are issued
 * @param workers of a user, for all that a worker asks
 * @param signIn of a client address, for signing in
 * @param address of a client address, for requests without a credential that is good
 * @param tenant of an account, for the requests of all its users together
 * @param routes of a user, for single routes
 * @param trustedProxies whose {@code X-Forwarded-For} is believed
 */
public record LimitSettings(
    List<Policy> user,
    List<Policy> watching,
    List<Policy> streams,
    List<Policy> tickets,
    List<Policy> workers,
    List<Policy> signIn,
    List<Policy> address,
    List<Policy> tenant,
    Map<RoutePattern, List<Policy>> routes,
    List<AddressRange> trustedProxies) {

  /** Reads the settings; the defaults are in docs/operations.md. */
  public static LimitSettings read(SettingsReader settings) {
    return new LimitSettings(
        policies(settings, "SKEIN_LIMIT_USER", "user", "100/1m"),
        policies(settings, "SKEIN_LIMIT_WATCHING", "watching", "600/1m"),
        policies(settings, "SKEIN_LIMIT_STREAMS", "streams", "300/1m"),
        strict(policies(settings, "SKEIN_LIMIT_TICKETS", "tickets", "60/1m")),
        policies(settings, "SKEIN_LIMIT_WORKERS", "workers", "60000/1m"),
        strict(policies(settings, "SKEIN_LIMIT_SIGN_IN", "sign-in", "20/1m")),
        policies(settings, "SKEIN_LIMIT_ADDRESS", "address", "100/1m"),
        policies(settings, "SKEIN_LIMIT_TENANT", "tenant", "off"),
        routes(settings),
        proxies(settings));
  }

  /** Every policy that may refuse, for their meters. */
  public List<Policy> all() {
    return Stream.concat(
            Stream.of(user, watching, streams, tickets, workers, signIn, address, tenant),
            routes.values().stream())
        .flatMap(List::stream)
        .toList();
  }

  private static List<Policy> policies(
      SettingsReader settings, String setting, String name, String otherwise) {
    return settings.parsed(
        setting,
        PolicyText.parse(name, otherwise),
        PolicyText.FORM,
        text -> PolicyText.parse(name, text));
  }

  private static List<Policy> strict(List<Policy> policies) {
    return policies.stream().map(Policy::strictWithoutRedis).toList();
  }

  private static Map<RoutePattern, List<Policy>> routes(SettingsReader settings) {
    return settings.parsed(
        "SKEIN_LIMIT_ROUTES",
        Map.of(),
        "routes with limits such as POST /api/v1/flows=10/1m, several with commas",
        LimitSettings::routes);
  }

  private static Map<RoutePattern, List<Policy>> routes(String text) {
    Map<RoutePattern, List<String>> limits = new LinkedHashMap<>();
    for (String part : text.split(",", -1)) {
      int equals = part.lastIndexOf('=');
      if (equals < 0) {
        throw new IllegalArgumentException("no limit of a route: " + part);
      }
      limits
          .computeIfAbsent(
              RoutePattern.parse(part.substring(0, equals).strip()), route -> new ArrayList<>())
          .add(part.substring(equals + 1).strip());
    }
    return limits.entrySet().stream()
        .collect(
            Collectors.toUnmodifiableMap(
                Map.Entry::getKey,
                entry ->
                    PolicyText.parse(
                        entry.getKey().toString(), String.join(",", entry.getValue()))));
  }

  private static List<AddressRange> proxies(SettingsReader settings) {
    return settings.parsed(
        "SKEIN_TRUSTED_PROXIES",
        List.of(),
        "addresses or ranges such as 10.0.0.0/8, several with commas",
        text ->
            Stream.of(text.split(",", -1)).map(String::strip).map(AddressRange::parse).toList());
  }
}
