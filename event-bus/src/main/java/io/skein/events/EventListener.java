package io.skein.events;

import java.util.List;

/**
 * Hears of one stream. The calls for one subscription never overlap. They should return soon: they
 * hold up this stream and, on the live path, its neighbours. A call that throws is logged and made
 * again, except of progress, which the next one replaces.
 */
@FunctionalInterface
public interface EventListener {

  /** The next events: contiguous, in order, each exactly once. */
  void events(List<StoredEvent> events);

  /** All events have been delivered and none will follow. */
  default void closed(Position end) {}

  /**
   * The history was replaced: PostgreSQL was restored, and what was delivered may not have
   * happened; or retention has removed what follows. Events after this position follow.
   */
  default void reset(Position position) {}

  /**
   * There is no such stream, or no more: PostgreSQL was restored to a time before it was opened.
   * May be told again.
   */
  default void gone() {}

  /** The latest progress of an agent; an observation, which may be skipped or repeated. */
  default void progress(AgentUpdate update) {}

  /**
   * Updates may have gone by unheard until now; {@link AgentProgress#snapshot} has the latest.
   * Should not read it itself, since this is the thread on which all streams are heard.
   */
  default void progressMissed() {}
}
