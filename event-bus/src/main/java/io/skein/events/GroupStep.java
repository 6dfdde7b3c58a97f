package io.skein.events;

import io.skein.postgres.Database;
import io.skein.postgres.Transaction;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A turn of a consumer: one transaction that locks a free partition, reads its next events, has
 * their effect written and moves the partition's place. The row lock is the ownership. There is no
 * lease and no leader: when a consumer dies its connection does, and with it the lock and all that
 * was not committed. Thread safe.
 */
final class GroupStep {
  private static final Logger LOG = LoggerFactory.getLogger(GroupStep.class);
  private static final int PAGE = 100;
  private static final int ERROR_LENGTH = 2000;
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);
  private static final long MOVE_IDLE_NANOS = Duration.ofSeconds(1).toNanos();

  private final GroupRows.Group group;
  private final GroupHandler handler;
  private final Database database;
  private final TenantFeed feed;
  private final String instance;
  private final AtomicLong idleMovedAt = new AtomicLong(System.nanoTime() - MOVE_IDLE_NANOS);

  GroupStep(
      GroupRows.Group group,
      GroupHandler handler,
      Database database,
      TenantFeed feed,
      String instance) {
    this.group = group;
    this.handler = handler;
    this.database = database;
    this.feed = feed;
    this.instance = instance;
  }

  /**
   * Takes one turn.
   *
   * @return whether there was something to do
   */
  boolean take() {
    moveIdle();
    Attempt attempt = new Attempt();
    try {
      return database.inTransaction(attempt::run);
    } catch (Throwable e) {
      Guarded.clearInterrupt(); // the second transaction would fail of it
      attempt.failed(e);
      return true;
    }
  }

  /** Once a second, also while others have work: their search for more begins where they stand. */
  private void moveIdle() {
    long moved = idleMovedAt.get();
    long now = System.nanoTime();
    if (now - moved >= MOVE_IDLE_NANOS && idleMovedAt.compareAndSet(moved, now)) {
      FeedPosition head = feed.head(group.tenant()).top();
      database.useTransaction(tx -> GroupRows.moveIdle(tx.handle(), group, head));
    }
  }

  /** What one turn has come to know, for the case that it fails. */
  private final class Attempt {
    private GroupRows.@Nullable Turn turn;
    private List<FeedEntry> entries = List.of();

    boolean run(Transaction transaction) throws Exception {
      Optional<GroupRows.Turn> taken = GroupRows.take(transaction.handle(), group);
      if (taken.isEmpty()) {
        return false;
      }
      GroupRows.Turn mine = taken.get();
      turn = mine;
      entries =
          FeedRows.read(
              transaction.handle(),
              group.part(mine.partition()),
              mine.place(),
              mine.singly() ? 1 : PAGE);
      if (entries.isEmpty()) {
        return true; // removed by retention in between; the next turn sees the feed without them
      }
      feed.raiseVersions(entries);
      handler.handle(transaction, entries);
      Guarded.clearInterrupt();
      GroupRows.move(
          transaction.handle(), group, mine.partition(), entries.getLast().place(), instance);
      return true;
    }

    /** In a second transaction: the first one was rolled back. */
    void failed(Throwable e) {
      GroupRows.Turn mine = turn;
      if (mine == null || entries.isEmpty()) {
        throw new IllegalStateException("no partition of a consumer group could be taken", e);
      }
      if (entries.size() > 1) {
        LOG.atDebug()
            .addKeyValue("group", group.name())
            .setCause(e)
            .log("a page failed and is tried event by event");
        database.useTransaction(
            tx -> GroupRows.pageFailed(tx.handle(), group, mine, entries.getLast().place()));
        return;
      }
      LOG.atWarn()
          .addKeyValue("group", group.name())
          .addKeyValue("partition", mine.partition())
          .addKeyValue("place", entries.getFirst().place())
          .setCause(e)
          .log("a consumer group failed on an event, which is tried again");
      String error = e.toString();
      String kept = error.substring(0, Math.min(error.length(), ERROR_LENGTH)).replace('\0', ' ');
      database.useTransaction(
          tx -> GroupRows.eventFailed(tx.handle(), group, mine, kept, instance, LONGEST_WAIT));
    }
  }
}
