package io.skein.events;

import java.util.List;

/**
 * Hears of one tenant's feed. The calls for one subscription never overlap. They should return
 * soon: they hold up the tenant's other subscriptions. A call that throws is logged and made again.
 */
public interface FeedListener {

  /** The next entries: in order, none left out, each exactly once. */
  void entries(List<FeedEntry> entries);

  /**
   * What follows the known place cannot be told: PostgreSQL was restored, retention has removed it,
   * or there never was such a place. Entries after the head's top follow.
   */
  void reset(FeedHead head);
}
