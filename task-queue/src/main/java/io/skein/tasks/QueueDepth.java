package io.skein.tasks;

import java.time.Duration;

/**
 * How full a queue is.
 *
 * @param queued tasks that may run now; {@link Queues#MOST_COUNTED} means that many or more
 * @param oldestWait how long the one that has waited longest is due; zero when none is
 * @param scheduled tasks that are due later, counted up to the same bound over all queues
 * @param running tasks that run, likewise
 * @param parked tasks that no worker can run, likewise
 */
public record QueueDepth(
    String queue, long queued, Duration oldestWait, long scheduled, long running, long parked) {}
