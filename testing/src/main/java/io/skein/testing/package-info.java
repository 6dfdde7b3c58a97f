/**
 * PostgreSQL and Redis for tests and for the local stack, embedded by default.
 *
 * <p>{@code -Dskein.test.servers=embedded|containers|external} chooses where the servers come from;
 * the tests do not see the difference.
 *
 * <pre>{@code
 * DatabaseAddress database = TestServers.postgres().createDatabase();   // one per test class
 * String redisUrl = TestServers.redis().url();                          // shared: choose a key prefix
 * try (RedisServer redis = TestServers.newRedis()) {                    // own: may be killed
 *   redis.kill();
 *   redis.start();                                                      // empty, on the same port
 * }
 * }</pre>
 */
@NullMarked
package io.skein.testing;

import org.jspecify.annotations.NullMarked;
