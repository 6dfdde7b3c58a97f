/**
 * Rate limits that several instances share: one round trip to Redis for each request, on Redis's
 * clock, whatever the number of policies.
 *
 * <pre>{@code
 * RateLimiter limiter = new RateLimiter(redis, () -> 2); // instances, for when Redis is away
 * Policy burst = Policy.of("burst", 10, Duration.ofSeconds(1));
 * Policy steady = Policy.of("steady", 100, Duration.ofMinutes(1));
 * Decision decision = limiter.tryAcquire(Subject.of("ann"), burst, steady);
 * if (!decision.allowed()) return tooManyRequests(decision.retryAfter());
 * }</pre>
 */
@NullMarked
package io.skein.limits;

import org.jspecify.annotations.NullMarked;
