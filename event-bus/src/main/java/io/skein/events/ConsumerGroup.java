package io.skein.events;

import io.skein.postgres.Database;
import java.util.List;
import java.util.Optional;

/** A consumer group: what it does, where it stands, and how an operator moves it. Thread safe. */
public final class ConsumerGroup {
  private final GroupRows.Group group;
  private final Database database;
  private final TenantFeed feed;
  private final PlacedSignals signals;
  private final String instance;
  private final EventSettings settings;

  ConsumerGroup(
      GroupRows.Group group,
      Database database,
      TenantFeed feed,
      PlacedSignals signals,
      String instance,
      EventSettings settings) {
    this.group = group;
    this.database = database;
    this.feed = feed;
    this.signals = signals;
    this.instance = instance;
    this.settings = settings;
  }

  /**
   * Begins to process events on this instance, beside all others that do.
   *
   * @param atOnce how many partitions are served at the same time, each with a connection
   * @return to be closed before the event bus
   */
  public GroupConsumer consume(GroupHandler handler, int atOnce) {
    return GroupConsumer.start(group, handler, atOnce, database, feed, signals, instance, settings);
  }

  /** How far it is with each partition, by number. */
  public List<PartitionStatus> status() {
    return database.read(handle -> GroupRows.status(handle, group));
  }

  /**
   * Passes over the event that fails in a partition, without any effect of it. Waits for a consumer
   * that is trying it, at most 5 s.
   *
   * @return the place that was skipped; empty when nothing fails there
   */
  public Optional<FeedPosition> skip(int partition) {
    return database.inTransaction(tx -> GroupRows.skip(tx.handle(), group, partition, instance));
  }

  /**
   * Moves all partitions to a place, forward or back: events after it are processed again. Waits
   * for consumers that are at work, at most 5 s.
   */
  public void moveTo(FeedPosition place) {
    database.useTransaction(tx -> {
      for (int partition = 0; partition < group.partitions(); partition++) {
        GroupRows.move(tx.handle(), group, partition, place, instance);
      }
    });
  }
}
