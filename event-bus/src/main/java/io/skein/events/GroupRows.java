package io.skein.events;

import io.skein.postgres.SqlTime;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/** Rows of consumer groups. */
final class GroupRows {
  private GroupRows() {}

  /** A group that the tables take. */
  record Group(String tenant, String name, int partitions) {
    private static final int LONGEST_NAME = 200;
    private static final int MOST_PARTITIONS = 64;

    Group {
      int length = name.codePointCount(0, name.length());
      if (length < 1 || length > LONGEST_NAME || name.indexOf('\0') >= 0) {
        throw new IllegalArgumentException(
            "the name of a consumer group has 1 to %d characters, none of them U+0000; this one has %d"
                .formatted(LONGEST_NAME, length));
      }
      if (partitions < 1 || partitions > MOST_PARTITIONS) {
        throw new IllegalArgumentException(
            "a consumer group has 1 to %d partitions, not %d"
                .formatted(MOST_PARTITIONS, partitions));
      }
    }

    FeedRows.Part part(int partition) {
      return new FeedRows.Part(tenant, partitions, partition);
    }
  }

  /**
   * A partition whose row is locked.
   *
   * @param place of the last event that was processed
   * @param singly whether the next event is to be tried alone
   */
  record Turn(int partition, FeedPosition place, boolean singly) {}

  static boolean insert(Handle handle, Group group) {
    return handle
            .createUpdate(
                """
                insert into feed_groups (tenant, name, partitions, created_at)
                values (:tenant, :name, :partitions, skein_now()) on conflict do nothing
                """)
            .bind("tenant", group.tenant())
            .bind("name", group.name())
            .bind("partitions", group.partitions())
            .execute()
        == 1;
  }

  static void insertPartitions(Handle handle, Group group, GroupStart start) {
    ofGroup(
            handle.createUpdate(
                """
                insert into feed_group_partitions (tenant, name, partition, position, seq, updated_at)
                select :tenant, :name, p, coalesce(h.position, 0), coalesce(h.seq, 0), skein_now()
                from generate_series(0, :partitions - 1) p
                left join feed_heads h on h.tenant = :tenant and :now
                """),
            group)
        .bind("partitions", group.partitions())
        .bind("now", start == GroupStart.FROM_NOW)
        .execute();
  }

  static Optional<Integer> partitions(Handle handle, String tenant, String name) {
    return handle
        .createQuery("select partitions from feed_groups where tenant = :tenant and name = :name")
        .bind("tenant", tenant)
        .bind("name", name)
        .mapTo(Integer.class)
        .findOne();
  }

  static void remove(Handle handle, String tenant, String name) {
    handle
        .createUpdate("delete from feed_groups where tenant = :tenant and name = :name")
        .bind("tenant", tenant)
        .bind("name", name)
        .execute();
  }

  /** Locks the partition with work that was served longest ago, of those that are free. */
  static Optional<Turn> take(Handle handle, Group group) {
    return ofGroup(
            handle.createQuery(
                """
                select p.partition, p.position, p.seq, p.failures > 0 or p.position < p.single_until as singly
                from feed_group_partitions p
                where p.tenant = :tenant and p.name = :name
                  and (p.retry_at is null or p.retry_at <= skein_now())
                  and exists (
                    select from feed f
                    where f.tenant = :tenant and f.position >= p.position and f.slot % :partitions = p.partition
                      and (f.position > p.position or f.to_seq > p.seq))
                order by p.updated_at, p.partition limit 1 for update skip locked
                """),
            group)
        .bind("partitions", group.partitions())
        .map((row, context) ->
            new Turn(
                row.getInt("partition"),
                new FeedPosition(row.getLong("position"), row.getLong("seq")),
                row.getBoolean("singly")))
        .findOne();
  }

  /** As {@code skein_skip_event}, which is also for operators. */
  static Optional<FeedPosition> skip(Handle handle, Group group, int partition, String instance) {
    return ofGroup(
            handle.createQuery(
                """
                select skipped_position, skipped_seq
                from skein_skip_event(:tenant, :name, :partition, :worker)
                where skipped_position is not null
                """),
            group)
        .bind("partition", partition)
        .bind("worker", instance)
        .map((row, context) ->
            new FeedPosition(row.getLong("skipped_position"), row.getLong("skipped_seq")))
        .findOne();
  }

  static void move(Handle handle, Group group, int partition, FeedPosition place, String instance) {
    ofGroup(
            handle.createUpdate(
                """
                update feed_group_partitions
                set position = :position, seq = :seq, failures = 0, error = null, retry_at = null,
                    worker = :worker, updated_at = skein_now()
                where tenant = :tenant and name = :name and partition = :partition
                """),
            group)
        .bind("partition", partition)
        .bind("position", place.position())
        .bind("seq", place.seq())
        .bind("worker", instance)
        .execute();
  }

  /**
   * Moves all free partitions that have nothing before the head to it, so that they hold back no
   * retention and the search for work begins there. The head is read before it is known that
   * nothing precedes it.
   */
  static void moveIdle(Handle handle, Group group, FeedPosition head) {
    ofGroup(
            handle.createUpdate(
                """
                update feed_group_partitions p
                set position = :position, seq = :seq, single_until = 0
                where p.tenant = :tenant and p.name = :name
                  and p.partition = any (array(
                    select o.partition from feed_group_partitions o
                    where o.tenant = :tenant and o.name = :name
                      and (o.position, o.seq) < (:position, :seq)
                      and not exists (
                        select from feed f
                        where f.tenant = :tenant and f.position >= o.position and f.position <= :position
                          and f.slot % :partitions = o.partition
                          and (f.position > o.position or f.to_seq > o.seq))
                    for update skip locked))
                """),
            group)
        .bind("partitions", group.partitions())
        .bind("position", head.position())
        .bind("seq", head.seq())
        .execute();
  }

  /** Notes that a page failed: it is tried again at once, event by event. */
  static void pageFailed(Handle handle, Group group, Turn turn, FeedPosition last) {
    atPlace(
            handle.createUpdate(
                """
                update feed_group_partitions set single_until = :until
                where tenant = :tenant and name = :name and partition = :partition
                  and position = :position and seq = :seq
                """),
            group,
            turn)
        .bind("until", last.position() + 1)
        .execute();
  }

  /** Notes that an event failed: the partition waits, from a second doubling to a minute. */
  static void eventFailed(
      Handle handle, Group group, Turn turn, String error, String instance, Duration longest) {
    atPlace(
            handle.createUpdate(
                """
                update feed_group_partitions
                set failures = failures + 1, error = :error, worker = :worker, updated_at = skein_now(),
                    retry_at = skein_now() + least(power(2, least(failures, 20)) * interval '1 s', :longest::interval)
                where tenant = :tenant and name = :name and partition = :partition
                  and position = :position and seq = :seq
                """),
            group,
            turn)
        .bind("error", error)
        .bind("worker", instance)
        .bind("longest", SqlTime.interval(longest))
        .execute();
  }

  static List<PartitionStatus> status(Handle handle, Group group) {
    return ofGroup(
            handle.createQuery(
                """
                select p.partition, p.position, p.seq, p.failures, p.error, p.retry_at, p.worker, p.updated_at,
                       (select count(*) from (
                          select from feed f
                          where f.tenant = :tenant and f.position >= p.position
                            and f.slot % :partitions = p.partition
                            and (f.position > p.position or f.to_seq > p.seq)
                          limit :most) waiting) as behind
                from feed_group_partitions p
                where p.tenant = :tenant and p.name = :name order by p.partition
                """),
            group)
        .bind("partitions", group.partitions())
        .bind("most", PartitionStatus.MOST_COUNTED)
        .map((row, context) -> {
          OffsetDateTime retryAt = row.getObject("retry_at", OffsetDateTime.class);
          return new PartitionStatus(
              row.getInt("partition"),
              new FeedPosition(row.getLong("position"), row.getLong("seq")),
              row.getLong("behind"),
              row.getInt("failures"),
              row.getString("error"),
              instant(retryAt),
              row.getString("worker"),
              row.getTimestamp("updated_at").toInstant());
        })
        .list();
  }

  private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
    return time == null ? null : time.toInstant();
  }

  private static <S extends SqlStatement<S>> S atPlace(S statement, Group group, Turn turn) {
    return ofGroup(statement, group)
        .bind("partition", turn.partition())
        .bind("position", turn.place().position())
        .bind("seq", turn.place().seq());
  }

  private static <S extends SqlStatement<S>> S ofGroup(S statement, Group group) {
    return statement.bind("tenant", group.tenant()).bind("name", group.name());
  }
}
