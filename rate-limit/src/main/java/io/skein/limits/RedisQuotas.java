package io.skein.limits;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skein.redis.Feature;
import io.skein.redis.FeatureGate;
import io.skein.redis.LuaScript;
import io.skein.redis.RedisConnections;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Quotas in Redis: one script call decides about all of them, on the server's clock. */
final class RedisQuotas implements QuotaStore {
  private static final LuaScript TAKE = LuaScript.load(RedisQuotas.class, "take_quotas.lua");

  /** In the key, since a limit may be raised from the one kind to the other while it is in use. */
  private static final String LOG = "log";

  private static final String PACED = "paced";

  /** What the script's answer begins with. */
  private static final int HEAD = 2;

  private final RedisConnections redis;
  private final FeatureGate gate;

  RedisQuotas(RedisConnections redis) {
    this.redis = redis;
    this.gate = redis.gate(Feature.RATE_LIMIT);
  }

  @Override
  public Decision take(List<Quota> quotas) {
    List<String> keys = new ArrayList<>(quotas.size());
    List<String> arguments = new ArrayList<>(3 * quotas.size());
    for (Quota quota : quotas) {
      keys.add(key(quota));
      addArguments(quota.policy(), arguments);
    }
    Object answer =
        gate.call(
            "taking a quota",
            () -> Objects.requireNonNull(TAKE.run(redis.jedis(), keys, arguments)));
    return read((List<?>) answer, quotas);
  }

  private String key(Quota quota) {
    Subject subject = quota.subject();
    Policy policy = quota.policy();
    return redis
        .keys()
        .rateLimit(
            plain(subject.group()),
            policy.exact() ? LOG : PACED,
            plain(policy.name()),
            plain(subject.member()));
  }

  /** A colon or brace in a name must not make it another's key, nor move it to another slot. */
  private static String plain(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean harmless =
          c >= 'a' && c <= 'z'
              || c >= 'A' && c <= 'Z'
              || c >= '0' && c <= '9'
              || c == '-'
              || c == '.'
              || c == '_';
      if (!harmless) {
        return URLEncoder.encode(name, UTF_8);
      }
    }
    return name;
  }

  private static void addArguments(Policy policy, List<String> arguments) {
    long window = micros(policy.window());
    if (policy.exact()) {
      arguments.add(Integer.toString(policy.limit()));
      arguments.add(Long.toString(window));
      arguments.add("0");
    } else {
      arguments.add(Integer.toString(Pacing.burst(policy.limit())));
      arguments.add(Long.toString(window));
      arguments.add(Long.toString(Pacing.interval(policy.limit(), window)));
    }
  }

  private static Decision read(List<?> answer, List<Quota> quotas) {
    List<Decision.Standing> standings = new ArrayList<>(quotas.size());
    for (int i = 0; i < quotas.size(); i++) {
      standings.add(
          new Decision.Standing(
              quotas.get(i),
              (int) number(answer, HEAD + 2 * i),
              ofMicros(number(answer, HEAD + 2 * i + 1))));
    }
    return new Decision(
        number(answer, 0) == 1, standings, Decision.Source.REDIS, ofMicros(number(answer, 1)));
  }

  private static long number(List<?> answer, int at) {
    return (Long) answer.get(at);
  }

  private static long micros(Duration duration) {
    return duration.toNanos() / 1_000;
  }

  private static Duration ofMicros(long micros) {
    return Duration.ofSeconds(micros / 1_000_000, micros % 1_000_000 * 1_000);
  }
}
