/**
 * Redis, which makes Skein fast and shared: connections of both clients, the key space, Lua scripts
 * and, for each feature, the gate that says whether Redis is asked right now.
 *
 * <pre>{@code
 * try (var redis = RedisConnections.open(RedisSettings.of("redis://127.0.0.1:6379"), "my-service")) {
 *   FeatureGate gate = redis.gate(Feature.LOCKS);
 *   if (gate.open()) {
 *     gate.call("take the lock", () -> redis.jedis().set(redis.keys().lock("report"), "me"));
 *   }
 * }
 * }</pre>
 */
@NullMarked
package io.skein.redis;

import org.jspecify.annotations.NullMarked;
