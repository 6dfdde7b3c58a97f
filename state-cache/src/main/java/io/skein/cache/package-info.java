/**
 * States, such as those of flows, read through two levels: near (this process) and Redis; and
 * loaded from PostgreSQL on a miss. Numbers decide: a higher version wins at both levels, and
 * nobody is answered with less than this instance has seen.
 *
 * <pre>{@code
 * StateKind<UUID, Order> orders =
 *     new StateKind<>("order", UUID::toString, UUID::fromString, new OrderCodec());
 * try (var cache = new StateCache<>(redis, CacheSettings.defaults(), orders, store::loadWithVersion)) {
 *   cache.start();
 *   cache.invalidate(id, committedVersion); // whoever changed it, after the commit
 *   Optional<Versioned<Order>> order = cache.get(id, minVersion);
 * }
 * }</pre>
 *
 * <p>Whoever changes a state tells its version after the commit, by {@link
 * io.skein.cache.StateCache#invalidate(Object, StateVersion)} or {@code put}; for flows the relay
 * of the event bus does so, and its sweep repairs what was lost. When Redis may be believed after a
 * time without it, a {@link io.skein.cache.StateSweep} says.
 */
@NullMarked
package io.skein.cache;

import org.jspecify.annotations.NullMarked;
