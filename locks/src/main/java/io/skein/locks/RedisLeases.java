package io.skein.locks;

import static io.skein.redis.RedisAwayException.guard;

import io.skein.redis.KeySpace;
import io.skein.redis.LuaScript;
import io.skein.redis.RedisConnections;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Leases in Redis: one script call for each operation, on the server's clock. */
final class RedisLeases implements LeaseStore {
  private static final LuaScript ACQUIRE = LuaScript.load(RedisLeases.class, "acquire_lock.lua");
  private static final LuaScript RENEW = LuaScript.load(RedisLeases.class, "renew_lock.lua");
  private static final LuaScript RELEASE = LuaScript.load(RedisLeases.class, "release_lock.lua");

  /** Above any time a renewal could be under way; past it the server's clock alone is enough. */
  private static final String LAST_FENCE_LIFE = millis(Duration.ofDays(1));

  private final RedisConnections redis;
  private final KeySpace keys;

  RedisLeases(RedisConnections redis) {
    this.redis = redis;
    this.keys = redis.keys();
  }

  @Override
  public Optional<Fence> acquire(Claim claim) {
    List<String> arguments =
        List.of(claim.owner(), claim.holder(), millis(claim.ttl()), LAST_FENCE_LIFE);
    return guard(
            "acquiring " + claim.name(),
            () -> Optional.ofNullable(ACQUIRE.run(redis.jedis(), keysOf(claim.name()), arguments)))
        .map(text -> new Fence(Long.parseLong(text.toString())));
  }

  @Override
  public boolean renew(Claim claim, Fence fence) {
    List<String> arguments =
        List.of(
            claim.owner(),
            claim.holder(),
            millis(claim.ttl()),
            LAST_FENCE_LIFE,
            Long.toString(fence.value()));
    return guard(
        "renewing " + claim.name(),
        () -> Long.valueOf(1).equals(RENEW.run(redis.jedis(), keysOf(claim.name()), arguments)));
  }

  @Override
  public void release(Claim claim) {
    String channel = keys.lockReleased(claim.name().value());
    List<String> arguments = List.of(claim.owner(), channel, LAST_FENCE_LIFE);
    guard(
        "releasing " + claim.name(),
        () -> Optional.ofNullable(RELEASE.run(redis.jedis(), keysOf(claim.name()), arguments)));
  }

  @Override
  public Optional<String> holder(LockName name) {
    return guard(
        "asking who holds " + name,
        () -> Optional.ofNullable(redis.jedis().hget(keys.lock(name.value()), "holder")));
  }

  private List<String> keysOf(LockName name) {
    return List.of(keys.lock(name.value()), keys.lockFence(name.value()));
  }

  private static String millis(Duration duration) {
    return Long.toString(duration.toMillis());
  }
}
