package io.skein.cache;

import static io.skein.redis.RedisAwayException.guard;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.skein.redis.KeySpace;
import io.skein.redis.LuaScript;
import io.skein.redis.RedisConnections;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The level that all instances share: one hash for each flow, which the relay raises as well. */
final class RedisStates {
  private static final LuaScript LEASE = LuaScript.load(RedisStates.class, "lease_load.lua");
  private static final LuaScript FILL = LuaScript.load(RedisStates.class, "fill_state.lua");
  private static final LuaScript DROP = LuaScript.load(RedisStates.class, "drop_lease.lua");
  private static final byte[] EPOCH = KeySpace.STATE_EPOCH.getBytes(UTF_8);
  private static final byte[] VERSION = KeySpace.STATE_VERSION.getBytes(UTF_8);
  private static final byte[] DATA = KeySpace.STATE_DATA.getBytes(UTF_8);

  private final RedisConnections redis;
  private final KeySpace keys;

  RedisStates(RedisConnections redis) {
    this.redis = redis;
    this.keys = redis.keys();
  }

  /** Empty when there is nothing or only a tombstone. */
  Optional<VersionedState> read(UUID flow) {
    return state(
        guard("reading a state", () -> redis.jedis().hmget(key(flow), EPOCH, VERSION, DATA)));
  }

  LoadTurn lease(UUID flow, String token, Duration life, Demand demand) {
    List<byte[]> arguments =
        List.of(
            token.getBytes(UTF_8),
            text(life.toMillis()),
            text(demand.seen().epoch()),
            text(demand.seen().version()),
            text(demand.minVersion()));
    Object answer =
        guard(
                "leasing a load",
                () ->
                    Optional.ofNullable(
                        LEASE.runBytes(redis.jedis(), List.of(key(flow)), arguments)))
            .orElse(null);
    if (answer instanceof List<?> entry) {
      return state(entry.stream().map(byte[].class::cast).toList())
          .<LoadTurn>map(LoadTurn.Filled::new)
          .orElseGet(LoadTurn.Taken::new);
    }
    return Long.valueOf(1).equals(answer) ? new LoadTurn.Granted(token) : new LoadTurn.Taken();
  }

  /** Whether the state was taken. */
  boolean fill(UUID flow, String token, VersionedState state, Duration timeToLive) {
    List<byte[]> arguments =
        List.of(
            token.getBytes(UTF_8),
            text(state.version().epoch()),
            text(state.version().version()),
            state.data(),
            text(timeToLive.toMillis()));
    return guard(
        "filling a state",
        () -> Long.valueOf(1).equals(FILL.runBytes(redis.jedis(), List.of(key(flow)), arguments)));
  }

  void drop(UUID flow, String token) {
    List<byte[]> arguments = List.of(token.getBytes(UTF_8));
    guard(
        "giving a load up",
        () -> Optional.ofNullable(DROP.runBytes(redis.jedis(), List.of(key(flow)), arguments)));
  }

  private static Optional<VersionedState> state(List<byte @Nullable []> fields) {
    byte[] epoch = fields.get(0);
    byte[] version = fields.get(1);
    byte[] data = fields.get(2);
    if (epoch == null || version == null || data == null) {
      return Optional.empty();
    }
    return Optional.of(new VersionedState(new StateVersion(number(epoch), number(version)), data));
  }

  private byte[] key(UUID flow) {
    return keys.flowState(flow).getBytes(UTF_8);
  }

  private static long number(byte[] text) {
    return Long.parseLong(new String(text, UTF_8));
  }

  private static byte[] text(long number) {
    return Long.toString(number).getBytes(UTF_8);
  }
}
