package io.skein.bench.limits;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.RedisClient;
import java.time.Duration;

/**
 * Bucket4j on Redis with Lettuce, the one of its clients that is current: the state is read, and
 * written back by a script that compares it. Thread safe.
 */
final class Bucket4jRival implements AutoCloseable {
  private final RedisClient client;
  private final ProxyManager<byte[]> buckets;

  Bucket4jRival(String url) {
    this.client = RedisClient.create(url);
    this.buckets =
        Bucket4jLettuce.casBasedBuilder(client)
            .expirationAfterWrite(
                ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(
                    Duration.ofSeconds(10)))
            .build();
  }

  /** A bucket that everybody shares. */
  Bucket bucket(String name, int limit, Duration window) {
    BucketConfiguration configuration =
        BucketConfiguration.builder()
            .addLimit(bandwidth -> bandwidth.capacity(limit).refillGreedy(limit, window))
            .build();
    return buckets.builder().build(name.getBytes(UTF_8), () -> configuration);
  }

  @Override
  public void close() {
    client.shutdown();
  }
}
