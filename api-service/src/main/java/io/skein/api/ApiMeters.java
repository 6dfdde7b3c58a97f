package io.skein.api;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.skein.events.EventBus;
import io.skein.sse.SseBroker;
import io.skein.tasks.TaskQueue;
import java.util.function.ToDoubleFunction;

/** What an operator may want to know of events, streams and hints of tasks. */
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

  private static <T> void count(
      MeterRegistry registry, String name, T of, ToDoubleFunction<T> since) {
    FunctionCounter.builder(name, of, since).register(registry);
  }
}
