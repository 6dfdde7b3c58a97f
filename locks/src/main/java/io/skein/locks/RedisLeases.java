package io.skein.locks;

import io.skein.redis.Feature;
import io.skein.redis.FeatureGate;
import io.skein.redis.KeySpace;
import io.skein.redis.LuaScript;
import io.skein.redis.RedisAwayException;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisErrors;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisDataException;

/** Leases in Redis: one script call for each operation, on the server's clock. */
final class RedisLeases implements LeaseStore {
  private static final Logger LOG = LoggerFactory.getLogger(RedisLeases.class);

  private static final LuaScript ACQUIRE = LuaScript.load(RedisLeases.class, "acquire_lock.lua");
  private static final LuaScript RENEW = LuaScript.load(RedisLeases.class, "renew_lock.lua");
  private static final LuaScript RELEASE = LuaScript.load(RedisLeases.class, "release_lock.lua");

  /** Above any time a renewal could be under way; past it the server's clock alone is enough. */
  private static final String LAST_FENCE_LIFE = millis(Duration.ofDays(1));

  private static final String WAITS = "1";
  private static final String DOES_NOT_WAIT = "0";

  /** Of the keys, in their order. */
  private static final List<String> KINDS = List.of("hash", "string", "zset", "hash");

  private final RedisConnections redis;
  private final FeatureGate gate;
  private final KeySpace keys;

  RedisLeases(RedisConnections redis) {
    this.redis = redis;
    this.gate = redis.gate(Feature.LOCKS);
    this.keys = redis.keys();
  }

  @Override
  public String label() {
    return "redis";
  }

  @Override
  public Answer acquire(Claim claim) {
    return acquire(claim, DOES_NOT_WAIT, 0);
  }

  @Override
  public Answer acquireInTurn(Claim claim) {
    return acquire(claim, WAITS, 0);
  }

  /** {@link #acquire(Claim)} with a fence above one that the other store issued. */
  Answer acquireAbove(Claim claim, Fence lower) {
    return acquire(claim, DOES_NOT_WAIT, lower.value());
  }

  private Answer acquire(Claim claim, String waits, long lower) {
    List<String> arguments =
        List.of(
            claim.owner(),
            claim.holder(),
            millis(claim.ttl()),
            LAST_FENCE_LIFE,
            millis(PATIENCE),
            waits,
            Long.toString(lower));
    return gate.callDespiteBreaker(
        "acquiring a lock", () -> answer(acquire(keysOf(claim.name()), arguments)));
  }

  /** What is of another kind is nobody's lock, and would keep everybody out for ever. */
  private @Nullable Object acquire(List<String> lockKeys, List<String> arguments) {
    UnifiedJedis jedis = redis.jedis();
    try {
      return ACQUIRE.run(jedis, lockKeys, arguments);
    } catch (JedisDataException e) {
      if (!RedisErrors.isWrongType(e)) {
        throw e;
      }
      for (int i = 0; i < KINDS.size(); i++) {
        String key = lockKeys.get(i);
        String type = jedis.type(key);
        if (!type.equals(KINDS.get(i)) && jedis.del(key) > 0) {
          LOG.atWarn()
              .addKeyValue("key", key)
              .addKeyValue("type", type)
              .log("a key in the place of a lock has another type and is removed");
        }
      }
      return ACQUIRE.run(jedis, lockKeys, arguments);
    }
  }

  private static Answer answer(@Nullable Object reply) {
    if (reply instanceof List<?> granted) {
      return new Answer.Granted(
          new Fence(Long.parseLong(granted.get(0).toString())),
          moment(Long.parseLong(granted.get(1).toString())));
    }
    return new Answer.Refused(reply instanceof Long ahead ? ahead : 0);
  }

  @Override
  public boolean renew(Claim claim, Answer.Granted grant) {
    List<String> arguments =
        List.of(
            claim.owner(),
            claim.holder(),
            millis(claim.ttl()),
            LAST_FENCE_LIFE,
            Long.toString(grant.fence().value()),
            Long.toString(ChronoUnit.MICROS.between(Instant.EPOCH, grant.since())));
    return gate.callDespiteBreaker(
        "renewing a lock",
        () -> Long.valueOf(1).equals(RENEW.run(redis.jedis(), keysOf(claim.name()), arguments)));
  }

  @Override
  public Optional<String> release(Claim claim) {
    return release(claim, "1");
  }

  @Override
  public Optional<String> leave(Claim claim) {
    if (!gate.reachable()) {
      // Who still reaches it is to see the lease there; the others need not wait for an answer.
      throw new RedisAwayException("leaving a lock");
    }
    return release(claim, "0");
  }

  private Optional<String> release(Claim claim, String raise) {
    List<String> arguments = List.of(claim.owner(), keys.lockTurns(""), LAST_FENCE_LIFE, raise);
    return gate.tell( // or others would wait for its end
        "releasing a lock",
        () ->
            Optional.ofNullable(RELEASE.run(redis.jedis(), keysOf(claim.name()), arguments))
                .map(Object::toString));
  }

  @Override
  public Optional<LockHolder> holder(LockName name) {
    return gate.callDespiteBreaker(
        "asking who holds a lock",
        () -> {
          List<@Nullable String> fields =
              redis.jedis().hmget(keys.lock(name.value()), "holder", "since");
          String holder = fields.get(0);
          String since = fields.get(1);
          return holder == null || since == null
              ? Optional.empty()
              : Optional.of(new LockHolder(holder, moment(Long.parseLong(since))));
        });
  }

  private List<String> keysOf(LockName name) {
    return List.of(
        keys.lock(name.value()),
        keys.lockFence(name.value()),
        keys.lockWaiters(name.value()),
        keys.lockWaitersSeen(name.value()));
  }

  private static Instant moment(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  private static String millis(Duration duration) {
    return Long.toString(duration.toMillis());
  }
}
