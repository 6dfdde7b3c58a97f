package io.skein.api;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.skein.cache.StateCache;
import io.skein.events.EventBus;
import io.skein.sse.SseBroker;
import io.skein.tasks.TaskQueue;
import java.util.function.ToDoubleFunction;

/** What an operator may want to know of events, streams, cached states and hints of tasks. */
final class ApiMeters {
  private ApiMeters() {}

  static void register(
      MeterRegistry registry,
      EventBus events,
      TaskQueue tasks,
      StateCache cache,
      SseBroker broker) {
    register(registry, events);
    register(registry, cache);
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

  private static void register(MeterRegistry registry, StateCache cache) {
    reads(registry, "near", cache, of -> of.statistics().nearHits());
    reads(registry, "redis", cache, of -> of.statistics().redisHits());
    reads(registry, "joined", cache, of -> of.statistics().joins());
    reads(registry, "loaded", cache, of -> of.statistics().loads());
    count(registry, "skein.cache.fills.refused", cache, of -> of.statistics().refusedFills());
    count(registry, "skein.cache.redis.failures", cache, of -> of.statistics().redisFailures());
  }

  private static void reads(
      MeterRegistry registry,
      String outcome,
      StateCache cache,
      ToDoubleFunction<StateCache> since) {
    FunctionCounter.builder("skein.cache.reads", cache, since)
        .description("reads of states, by what answered them")
        .tag("outcome", outcome)
        .register(registry);
  }

  private static <T> void count(
      MeterRegistry registry, String name, T of, ToDoubleFunction<T> since) {
    FunctionCounter.builder(name, of, since).register(registry);
  }
}
