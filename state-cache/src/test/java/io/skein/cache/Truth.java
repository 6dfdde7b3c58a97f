package io.skein.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skein.redis.KeySpace;
import io.skein.redis.RedisConnections;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One flow's committed state, and what the relay does in Redis after a commit, by the contract of
 * the key space.
 */
final class Truth implements StateSource<UUID, String> {
  static final StateKind<UUID, String> KIND =
      new StateKind<>(KeySpace.FLOW, UUID::toString, UUID::fromString, new Codec());

  private static final String RAISE =
      """
      local known = redis.call('HMGET', KEYS[1], 'epoch', 'version')
      local e, v = tonumber(known[1] or '-1'), tonumber(known[2] or '-1')
      if tonumber(ARGV[1]) > e or (tonumber(ARGV[1]) == e and tonumber(ARGV[2]) > v) then
        redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'version', ARGV[2])
        redis.call('HDEL', KEYS[1], 'data')
        if redis.call('PTTL', KEYS[1]) < 60000 then
          redis.call('PEXPIRE', KEYS[1], 60000)
        end
        redis.call('PUBLISH', ARGV[3], ARGV[4] .. ' ' .. ARGV[1] .. ' ' .. ARGV[2])
      end
      """;

  private final UUID flow = UUID.randomUUID();
  private final AtomicInteger loads = new AtomicInteger();
  private volatile StateVersion committed = new StateVersion(1, 1);

  /** The state says its own version, so that a reader sees when the two do not belong together. */
  private static final class Codec implements StateCodec<String> {
    @Override
    public byte[] encode(String value) {
      return value.getBytes(UTF_8);
    }

    @Override
    public String decode(byte[] bytes) {
      String value = new String(bytes, UTF_8);
      if (!value.startsWith("state ")) {
        throw new IllegalArgumentException("no state");
      }
      return value;
    }

    @Override
    public StateMetadata metadata(String value) {
      return new StateMetadata(
          "running", value.substring(0, Math.min(value.length(), 40)), Instant.EPOCH);
    }
  }

  UUID flow() {
    return flow;
  }

  int loads() {
    return loads.get();
  }

  StateVersion version() {
    return committed;
  }

  synchronized StateVersion commit() {
    committed = new StateVersion(committed.epoch(), committed.version() + 1);
    return committed;
  }

  synchronized void renewEpoch() {
    committed = new StateVersion(committed.epoch() + 1, 1);
  }

  void relay(RedisConnections redis, StateVersion version) {
    KeySpace keys = redis.keys();
    redis
        .jedis()
        .eval(
            RAISE,
            List.of(keys.flowState(flow)),
            List.of(
                Long.toString(version.epoch()),
                Long.toString(version.version()),
                keys.flowVersions(),
                flow.toString()));
  }

  @Override
  public Optional<Versioned<String>> load(UUID asked) {
    loads.incrementAndGet();
    return asked.equals(flow) ? Optional.of(state(committed)) : Optional.empty();
  }

  @Override
  public List<UUID> recent(int most) {
    return List.of(flow);
  }

  static Versioned<String> state(StateVersion version) {
    return new Versioned<>(version, "state " + version);
  }
}
