package io.skein.worker;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.skein.events.EventBus;
import io.skein.tasks.TaskQueue;
import java.util.function.ToDoubleFunction;

/** What this process tells others, by events and hints: under the names that the API has, too. */
final class EventMeters {
  private EventMeters() {}

  static void register(MeterRegistry registry, EventBus events, TaskQueue tasks) {
    events.relay().onRelayed(Timer.builder("skein.relay.lag").register(registry)::record);
    count(registry, "skein.events.appended", events, bus -> bus.relay().counts().appended());
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
