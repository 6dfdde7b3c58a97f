package io.skein.redis;

import java.util.List;
import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * One master and the hash slots that it holds; the only one, with all slots, outside a cluster.
 * Immutable.
 *
 * @param tag a hash tag that lies on this shard, for keys that every master shall have one of
 */
public record RedisShard(RedisAddress.Node master, List<SlotRange> slots, String tag) {
  private static final int SLOTS = 16_384;

  public RedisShard {
    slots = List.copyOf(slots);
  }

  /** From the first to the last, both included. */
  public record SlotRange(int first, int last) {
    static final SlotRange ALL = new SlotRange(0, SLOTS - 1);

    boolean contains(int slot) {
      return slot >= first && slot <= last;
    }
  }

  static RedisShard of(RedisAddress.Node master, List<SlotRange> slots) {
    for (int i = 0; ; i++) {
      String tag = String.valueOf(i);
      int slot = JedisClusterCRC16.getSlot(tag);
      if (slots.stream().anyMatch(range -> range.contains(slot))) {
        return new RedisShard(master, slots, tag);
      }
    }
  }

  /** Whether a key or a sharded channel lies here. */
  public boolean holds(String key) {
    int slot = JedisClusterCRC16.getSlot(key);
    return slots.stream().anyMatch(range -> range.contains(slot));
  }
}
