package io.skein.locks;

/**
 * Hears when this process begins and ceases to lead, in turns, on a thread of its own. Must come
 * back soon: the work belongs elsewhere. What it throws is logged.
 */
public interface LeaderListener {
  /**
   * This process leads from now on.
   *
   * @param term grows with each change of the leader; send it along, so that what an older leader
   *     still does is refused
   */
  void elected(long term);

  /** It leads no more, or cannot know; another one may lead. */
  void lost(long term);
}
