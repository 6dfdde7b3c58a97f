package io.skein.events;

import io.skein.postgres.Database;
import org.jspecify.annotations.Nullable;

/**
 * Sees that PostgreSQL is not what it was: the epoch was renewed, it is another server, or its log
 * ends before a place where it has been, as after a restore in place. Then commits were lost, and
 * the epoch is renewed here, whether or not Redis is there for the sweep to do so. For one thread.
 */
final class EpochWatch {
  private final Database database;
  private final Journal journal;
  private final EpochNews news;
  private @Nullable State last;

  EpochWatch(Database database, Journal journal, EpochNews news) {
    this.database = database;
    this.journal = journal;
    this.news = news;
  }

  /**
   * @param log how far PostgreSQL's log is safe on its disk, in bytes
   */
  private record State(Epoch epoch, long log) {}

  /** Whether the epoch is another one than at the last look. */
  boolean changed() {
    State before = last;
    State now = ask();
    if (before != null && now.epoch().compareTo(before.epoch()) <= 0 && now.log() < before.log()) {
      now = new State(journal.renewEpoch(now.epoch()), now.log());
    }
    last = now;
    news.tell(now.epoch());
    return before != null && !before.epoch().equals(now.epoch());
  }

  private State ask() {
    return database.read(handle ->
        handle
            .createQuery(
                "select skein_confirm_epoch() as epoch,"
                    + " (pg_current_wal_flush_lsn() - '0/0')::bigint as log")
            .map((row, context) -> new State(new Epoch(row.getLong("epoch")), row.getLong("log")))
            .one());
  }
}
