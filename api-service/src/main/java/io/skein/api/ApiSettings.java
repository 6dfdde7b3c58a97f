package io.skein.api;

import io.skein.api.auth.TokenSettings;
import io.skein.api.limits.LimitSettings;
import io.skein.events.EventSettings;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.Feature;
import io.skein.redis.RedisSettings;
import io.skein.sse.SseSettings;
import io.skein.telemetry.FeatureSettings;
import io.skein.telemetry.SettingsReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an API process is told by its environment.
 *
 * @param name unique among the instances
 * @param host the address both ports bind to
 * @param port of the API; 0 lets the system choose
 * @param managementPort 0 lets the system choose
 * @param tokens which tokens are trusted
 * @param allowedOrigins origins of pages elsewhere
 * @param limits how many requests are admitted
 * @param maxUploadBytes the most bytes of one request
 * @param streamMaxAge after which a stream of events is ended, for its client to come again
 * @param drain over how long the streams of events are ended at a stop
 * @param features which features are on until an operator says something else
 * @param agentPhases phases of flows that agents do over HTTP; the same in workers
 * @param telemetry off: requests are not timed, and no figures are kept by the minute
 */
public record ApiSettings(
    String name,
    String host,
    int port,
    int managementPort,
    PostgresSettings postgres,
    RedisSettings redis,
    EventSettings events,
    TokenSettings tokens,
    Set<String> allowedOrigins,
    LimitSettings limits,
    long maxUploadBytes,
    Duration streamMaxAge,
    Duration drain,
    Map<Feature, Boolean> features,
    Set<String> agentPhases,
    Measuring telemetry) {
  private static final int DEFAULT_PORT = 8401;
  private static final int DEFAULT_MANAGEMENT_PORT = 8451;
  private static final int POOL_SIZE = 20;
  private static final long DEFAULT_UPLOAD = 1L << 30;
  private static final long LARGEST_UPLOAD = 1L << 40;
  private static final Duration SHORTEST_STREAM = Duration.ofSeconds(1);

  /**
   * Reads the settings.
   *
   * @throws IllegalArgumentException naming every problem
   */
  public static ApiSettings read(SettingsReader settings) {
    settings.required("DATABASE_URL", "postgresql://user:password@host:5432/database");
    PostgresSettings postgres =
        settings.parsed(
            "DATABASE_URL",
            PostgresSettings.parse("postgresql://skein@127.0.0.1/skein"),
            "like postgresql://user:password@host:5432/database",
            PostgresSettings::parse);
    RedisSettings redis =
        settings.parsed(
            "REDIS_URL",
            RedisSettings.of("redis://127.0.0.1:6379"),
            "like redis://host:6379 or rediss://host:6379",
            RedisSettings::of);
    byte[] secret = secret(settings);
    ApiSettings read =
        new ApiSettings(
            settings.text("SKEIN_NAME", "api-" + ProcessHandle.current().pid()),
            settings.text("SKEIN_HOST", "127.0.0.1"),
            settings.port("SKEIN_PORT", DEFAULT_PORT),
            settings.port("SKEIN_MANAGEMENT_PORT", DEFAULT_MANAGEMENT_PORT),
            postgres.withPoolSize(POOL_SIZE),
            redis.withKeyPrefix(settings.text("SKEIN_KEY_PREFIX", redis.keyPrefix())),
            eventSettings(settings),
            tokens(settings, secret),
            Set.copyOf(settings.list("SKEIN_ALLOWED_ORIGINS")),
            LimitSettings.read(settings),
            settings.number("SKEIN_MAX_UPLOAD_BYTES", DEFAULT_UPLOAD, 1, LARGEST_UPLOAD),
            streamMaxAge(settings),
            settings.duration("SKEIN_DRAIN", Duration.ofSeconds(2)),
            FeatureSettings.read(settings),
            Set.copyOf(settings.list("SKEIN_AGENT_PHASES")),
            settings.parsed("SKEIN_TELEMETRY", Measuring.ON, "on or off", Measuring::parse));
    settings.finish();
    return read;
  }

  private static Duration streamMaxAge(SettingsReader settings) {
    Duration otherwise = SseSettings.defaults().maxAge();
    Duration age = settings.duration("SKEIN_STREAM_MAX_AGE", otherwise);
    if (age.compareTo(SHORTEST_STREAM) < 0) {
      settings.problem("SKEIN_STREAM_MAX_AGE must be at least 1s");
      return otherwise;
    }
    return age;
  }

  private static EventSettings eventSettings(SettingsReader settings) {
    EventSettings defaults = EventSettings.defaults();
    Duration check = settings.duration("SKEIN_POSITION_CHECK_INTERVAL", Duration.ZERO);
    EventSettings swept =
        defaults.withSweepInterval(
            settings.duration("SKEIN_SWEEP_INTERVAL", defaults.sweepInterval()));
    return check.isZero() ? swept : swept.withChecks(check, check, defaults.fallbackInterval());
  }

  private static TokenSettings tokens(SettingsReader settings, byte[] secret) {
    String issuer = settings.text("SKEIN_JWT_ISSUER", "skein");
    String audience = settings.text("SKEIN_JWT_AUDIENCE", "skein-api");
    try {
      return new TokenSettings(secret, issuer, audience);
    } catch (IllegalArgumentException e) {
      settings.problem("SKEIN_JWT_SECRET_FILE: " + e.getMessage());
      return new TokenSettings(new byte[64], issuer, audience);
    }
  }

  private static byte[] secret(SettingsReader settings) {
    String text = settings.optional("SKEIN_JWT_SECRET");
    String file = settings.optional("SKEIN_JWT_SECRET_FILE");
    if (text == null && file == null) {
      settings.problem("SKEIN_JWT_SECRET_FILE is missing: a file with at least 32 secret bytes");
    }
    String found = text != null || file == null ? text : content(file, settings);
    return found == null ? new byte[64] : found.strip().getBytes(StandardCharsets.UTF_8);
  }

  private static @Nullable String content(String file, SettingsReader settings) {
    try {
      return Files.readString(Path.of(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      settings.problem("SKEIN_JWT_SECRET_FILE cannot be read: " + file);
      return null;
    }
  }
}
