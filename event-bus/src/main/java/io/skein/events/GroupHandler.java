package io.skein.events;

import io.skein.postgres.Transaction;
import java.util.List;

/** What a consumer group does with events. */
@FunctionalInterface
public interface GroupHandler {

  /**
   * Writes the effect of events. It commits together with the group's place, or not at all, so the
   * effect happens once; what is done outside the transaction may be repeated. It must not pause
   * for 5 s between statements nor take 60 s, or PostgreSQL ends the transaction and the events
   * fail.
   *
   * @param entries 1 to 100 of one partition, in order
   * @throws Exception to have them tried again, later and one by one
   */
  void handle(Transaction transaction, List<FeedEntry> entries) throws Exception;
}
