package io.skein.tasks;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What operators have said about a queue.
 *
 * @param pausedAt since when nothing of it starts; null when it is not paused
 */
public record QueueRules(@Nullable Instant pausedAt, QueueLimits limits) {
  static final QueueRules NONE = new QueueRules(null, QueueLimits.NONE);
}
