package io.skein.api;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.skein.events.EventBus;
import io.skein.limits.Policy;
import io.skein.limits.RateLimiter;
import io.skein.sse.SseBroker;
import io.skein.tasks.TaskQueue;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What an operator may want to know of events, streams, hints of tasks and limits. */
final class ApiMeters {
  private ApiMeters() {}

  static void register(MeterRegistry registry, EventBus events, TaskQueue tasks, SseBroker broker) {
    registry.gauge("skein.sse.connections", broker, SseBroker::connections);
    registry.gauge("skein.sse.hubs", broker, SseBroker::hubs);
    count(registry, "skein.sse.refused", broker, SseBroker::refused);
    count(registry, "skein.relay.relayed", events, bus -> bus.relay().counts().relayed());
    count(registry, "skein.relay.dropped", events, bus -> bus.relay().counts().dropped());
    count(registry, "skein.relay.failed", events, bus -> bus.relay().counts().failed());
    count(registry, "skein.sweep.repaired", events, bus -> bus.sweep().repaired());
    count(registry, "skein.feed.placed", events, bus -> bus.placer().placed());
    count(registry, "skein.progress.dropped", events, bus -> bus.progress().dropped());
    count(registry, "skein.tasks.hints.dropped", tasks, TaskQueue::droppedHints);
  }

  /** Refusals by policy; a decision is local when Redis did not make it. */
  static void register(MeterRegistry registry, RateLimiter limiter, List<Policy> policies) {
    count(registry, "skein.limits.decisions", limiter, one -> one.counts().decisions());
    count(registry, "skein.limits.local", limiter, one -> one.counts().local());
    count(registry, "skein.limits.unanswered", limiter, one -> one.counts().unanswered());
    count(registry, "skein.limits.forgotten", limiter, one -> one.counts().forgotten());
    for (Policy policy : policies) {
      FunctionCounter.builder(
              "skein.limits.refused", limiter, one -> one.refusals(policy.name()))
          .tag("policy", policy.name())
          .register(registry);
    }
  }

  private static <T> void count(
      MeterRegistry registry, String name, T of, ToDoubleFunction<T> since) {
    FunctionCounter.builder(name, of, since).register(registry);
  }
}
