/**
 * Redis, which makes Skein fast and shared: connections of both clients, the key space, Lua scripts
 * and whether Redis may be used right now.
 *
 * <pre>{@code
 * try (var redis = RedisConnections.open(RedisSettings.of("redis://127.0.0.1:6379"), "my-service")) {
 *   if (redis.health().available()) {
 *     redis.jedis().set(redis.keys().lock("report"), "me");
 *   }
 * }
 * }</pre>
 */
@NullMarked
package io.skein.redis;

import org.jspecify.annotations.NullMarked;
