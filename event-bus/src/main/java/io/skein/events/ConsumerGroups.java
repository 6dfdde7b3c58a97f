package io.skein.events;

import io.skein.postgres.Database;
import java.util.Optional;

/**
 * The consumer groups of other services: each processes every event of a tenant once to effect,
 * with any number of instances. Thread safe.
 */
public final class ConsumerGroups {
  private final Database database;
  private final TenantFeed feed;
  private final PlacedSignals signals;
  private final String instance;
  private final EventSettings settings;

  ConsumerGroups(
      Database database,
      TenantFeed feed,
      PlacedSignals signals,
      String instance,
      EventSettings settings) {
    this.database = database;
    this.feed = feed;
    this.signals = signals;
    this.instance = instance;
    this.settings = settings;
  }

  /**
   * Makes a group, or finds the one that there is, which stays where it stands.
   *
   * @param name 1 to 200 characters, none of them U+0000
   * @param partitions 1 to 64: how many events can be processed at the same time
   * @throws IllegalArgumentException when name or partitions are not so, or when there is such a
   *     group with another number of partitions
   */
  public ConsumerGroup open(String tenant, String name, int partitions, GroupStart start) {
    GroupRows.Group wanted = new GroupRows.Group(tenant, name, partitions);
    int present =
        database.inTransaction(tx -> {
          if (GroupRows.insert(tx.handle(), wanted)) {
            GroupRows.insertPartitions(tx.handle(), wanted, start);
          }
          return GroupRows.partitions(tx.handle(), tenant, name).orElseThrow();
        });
    if (present != partitions) {
      throw new IllegalArgumentException(
          "the consumer group %s has %d partitions, not %d: remove it or take another name"
              .formatted(name, present, partitions));
    }
    return group(wanted);
  }

  /** A group that was made before. */
  public Optional<ConsumerGroup> find(String tenant, String name) {
    return database
        .read(handle -> GroupRows.partitions(handle, tenant, name))
        .map(partitions -> group(new GroupRows.Group(tenant, name, partitions)));
  }

  /** Forgets a group and where it stood; removing what is not there changes nothing. */
  public void remove(String tenant, String name) {
    database.useTransaction(tx -> GroupRows.remove(tx.handle(), tenant, name));
  }

  private ConsumerGroup group(GroupRows.Group group) {
    return new ConsumerGroup(group, database, feed, signals, instance, settings);
  }
}
