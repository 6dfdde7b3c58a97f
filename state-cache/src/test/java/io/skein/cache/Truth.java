package io.skein.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skein.redis.KeySpace;
import io.skein.redis.RedisConnections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One flow's committed state, and what the relay does in Redis after a commit, by the contract of
 * the key space.
 */
final class Truth {
  private static final String RAISE =
      """
      local known = redis.call('HMGET', KEYS[1], 'epoch', 'version')
      local e, v = tonumber(known[1] or '-1'), tonumber(known[2] or '-1')
      if tonumber(ARGV[1]) > e or (tonumber(ARGV[1]) == e and tonumber(ARGV[2]) > v) then
        redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'version', ARGV[2])
        redis.call('HDEL', KEYS[1], 'data')
        redis.call('PEXPIRE', KEYS[1], 60000)
        redis.call('PUBLISH', ARGV[3], ARGV[4] .. ' ' .. ARGV[1] .. ' ' .. ARGV[2])
      end
      """;

  private final UUID flow = UUID.randomUUID();
  private volatile StateVersion committed = new StateVersion(1, 1);
  private final AtomicInteger loads = new AtomicInteger();

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

  Optional<VersionedState> load(UUID asked) {
    loads.incrementAndGet();
    return asked.equals(flow) ? Optional.of(state(committed)) : Optional.empty();
  }

  static VersionedState state(StateVersion version) {
    return new VersionedState(version, ("state " + version).getBytes(UTF_8));
  }
}
