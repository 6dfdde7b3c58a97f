/**
 * The state of a flow, read through two levels: near (this process) and Redis; and loaded from
 * PostgreSQL on a miss. Numbers decide: a higher version wins at both levels, and nobody is
 * answered with less than this instance has seen.
 *
 * <pre>{@code
 * try (var cache = new StateCache(redis, CacheSettings.defaults())) {
 *   cache.start();
 *   Optional<VersionedState> state =
 *       cache.get(flow, minVersion, id -> database.read(handle -> loadStateWithVersion(handle, id)));
 * }
 * }</pre>
 *
 * <p>Whoever changes a state raises its version in {@code flow:state} after the commit and
 * publishes {@code "<flow> <epoch> <version>"} on {@code flow:versions}; the relay of the event bus
 * does both.
 */
@NullMarked
package io.skein.cache;

import org.jspecify.annotations.NullMarked;
