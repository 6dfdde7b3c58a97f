package io.skein.api;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.skein.api.flows.FlowStates;
import io.skein.cache.CacheStatistics;
import io.skein.events.EventBus;
import io.skein.limits.Policy;
import io.skein.limits.RateLimiter;
import io.skein.locks.Locks;
import io.skein.postgres.FallbackBulkhead;
import io.skein.sse.SseBroker;
import io.skein.tasks.TaskQueue;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** What an operator may want to know of events, streams, states, locks, limits and hints. */
final class ApiMeters {
  private ApiMeters() {}

  static void register(MeterRegistry registry, EventBus events, TaskQueue tasks, SseBroker broker) {
    register(registry, events);
    registry.gauge("skein.sse.connections", broker, SseBroker::connections);
    registry.gauge("skein.sse.hubs", broker, SseBroker::hubs);
    count(registry, "skein.sse.refused", broker, SseBroker::refused);
    count(registry, "skein.sse.delivered", broker, SseBroker::delivered);
    count(registry, "skein.tasks.hints.dropped", tasks, TaskQueue::droppedHints);
  }

  private static void register(MeterRegistry registry, EventBus events) {
    events.relay().onRelayed(Timer.builder("skein.relay.lag").register(registry)::record);
    count(registry, "skein.events.appended", events, bus -> bus.relay().counts().appended());
    count(registry, "skein.relay.relayed", events, bus -> bus.relay().counts().relayed());
    count(registry, "skein.relay.dropped", events, bus -> bus.relay().counts().dropped());
    count(registry, "skein.relay.failed", events, bus -> bus.relay().counts().failed());
    count(registry, "skein.sweep.repaired", events, bus -> bus.sweep().repaired());
    count(registry, "skein.feed.placed", events, bus -> bus.placer().placed());
    count(registry, "skein.progress.dropped", events, bus -> bus.progress().dropped());
  }

  static void register(MeterRegistry registry, Locks locks) {
    registry.gauge("skein.locks.held", locks, of -> of.statistics().held());
    registry.gauge("skein.locks.waiting", locks, of -> of.statistics().waiting());
    count(registry, "skein.locks.acquired", locks, of -> of.statistics().acquired());
    count(registry, "skein.locks.handed.over", locks, of -> of.statistics().handOvers());
    count(registry, "skein.locks.refused", locks, of -> of.statistics().refusals());
    count(registry, "skein.locks.lost", locks, of -> of.statistics().lost());
    count(registry, "skein.locks.fallbacks", locks, of -> of.statistics().fallbacks());
    FunctionTimer.builder(
            "skein.locks.wait",
            locks,
            of -> of.statistics().waits(),
            of -> of.statistics().timeWaited().toNanos(),
            TimeUnit.NANOSECONDS)
        .register(registry);
  }

  static void register(MeterRegistry registry, FallbackBulkhead fallback) {
    registry.gauge("skein.fallback.taken", fallback, FallbackBulkhead::taken);
    registry.gauge("skein.fallback.places", fallback, FallbackBulkhead::places);
    count(registry, "skein.fallback.refusals", fallback, FallbackBulkhead::refusals);
  }

  /** Of the state cache; {@code level} is near or redis. */
  static void register(MeterRegistry registry, FlowStates states) {
    register(registry, states, "near", CacheStatistics::near);
    register(registry, states, "redis", CacheStatistics::redis);
    load(registry, states, "loads", CacheStatistics.Loads::loads);
    load(registry, states, "load.failures", CacheStatistics.Loads::failures);
    load(registry, states, "load.refusals", CacheStatistics.Loads::refusals);
    load(registry, states, "load.joins", CacheStatistics.Loads::joins);
    load(registry, states, "refreshes", CacheStatistics.Loads::refreshes);
    load(registry, states, "warmed", CacheStatistics.Loads::warmed);
    load(registry, states, "too.large", CacheStatistics.Loads::tooLarge);
  }

  private static void register(
      MeterRegistry registry,
      FlowStates states,
      String name,
      Function<CacheStatistics, CacheStatistics.Level> level) {
    level(registry, states, name, "hits", level.andThen(CacheStatistics.Level::hits));
    level(registry, states, name, "misses", level.andThen(CacheStatistics.Level::misses));
    level(registry, states, name, "stale", level.andThen(CacheStatistics.Level::staleRefusals));
    level(registry, states, name, "undecodable", level.andThen(CacheStatistics.Level::undecodable));
    level(
        registry,
        states,
        name,
        "refused.writes",
        level.andThen(CacheStatistics.Level::refusedWrites));
    level(registry, states, name, "evictions", level.andThen(CacheStatistics.Level::evictions));
    level(registry, states, name, "failures", level.andThen(CacheStatistics.Level::failures));
  }

  private static void level(
      MeterRegistry registry,
      FlowStates states,
      String level,
      String name,
      Function<CacheStatistics, Long> count) {
    FunctionCounter.builder("skein.cache." + name, states, of -> count.apply(of.statistics()))
        .tag("level", level)
        .register(registry);
  }

  private static void load(
      MeterRegistry registry,
      FlowStates states,
      String name,
      ToDoubleFunction<CacheStatistics.Loads> count) {
    count(
        registry,
        "skein.cache." + name,
        states,
        of -> count.applyAsDouble(of.statistics().loads()));
  }

  /** Refusals by policy; a decision is local when Redis did not make it. */
  static void register(MeterRegistry registry, RateLimiter limiter, List<Policy> policies) {
    count(registry, "skein.limits.decisions", limiter, one -> one.counts().decisions());
    count(registry, "skein.limits.local", limiter, one -> one.counts().local());
    count(registry, "skein.limits.unanswered", limiter, one -> one.counts().unanswered());
    count(registry, "skein.limits.forgotten", limiter, one -> one.counts().forgotten());
    for (Policy policy : policies) {
      FunctionCounter.builder("skein.limits.refused", limiter, one -> one.refusals(policy.name()))
          .tag("policy", policy.name())
          .register(registry);
    }
  }

  private static <T> void count(
      MeterRegistry registry, String name, T of, ToDoubleFunction<T> since) {
    FunctionCounter.builder(name, of, since).register(registry);
  }
}
