package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What every worker asks all the time reads no task with which there is nothing to do. */
final class UpkeepCostTest {
  private static final int MANY = 3_000;
  private static final long FEW = 100;
  private static final List<String> KNOWN = List.of("count", "refused");
  @RegisterExtension static final TestQueue queue = TestQueue.fresh();

  @BeforeAll
  static void fill() {
    enqueue("delay => '1 hour'");
    enqueue("expires_at => skein_now() + interval '1 hour'");
    enqueue("unique_key => 'key-' || i, unique_period => '1 day'");
    queue.sql(
        "update tasks set state = 'succeeded', started_at = skein_now(), finished_at = skein_now()"
            + " where state = 'queued' and expires_at is null");
    queue.sql("analyze tasks, task_periods");
  }

  private static void enqueue(String options) {
    assertThat(
            queue.count(
                "select count(skein_enqueue('q', 'count', %s)) from generate_series(1, %d) i"
                    .formatted(options, MANY)))
        .isEqualTo(MANY);
  }

  @Test
  void promotingReadsWhatIsDue() {
    assertThat(
            RowsRead.by(
                queue.servers(), tx -> assertThat(DuePromoter.promoteSome(tx.handle())).isEmpty()))
        .isLessThan(FEW);
  }

  @Test
  void expiryReadsWhatIsLate() {
    Expiry expiry = new Expiry(queue.database(), queue.hints());
    assertThat(RowsRead.by(queue.servers(), tx -> assertThat(expiry.cancelSome(tx)).isZero()))
        .isLessThan(FEW);
  }

  @Test
  void retentionReadsWhatIsOver() {
    Retention retention = new Retention(queue.database(), TaskRetention.DEFAULT);
    assertThat(
            RowsRead.by(
                queue.servers(), tx -> assertThat(retention.deleteBatch(tx.handle())).isZero()))
        .isLessThan(FEW);
    assertThat(
            RowsRead.by(
                queue.servers(), tx -> assertThat(Retention.deletePeriods(tx.handle())).isZero()))
        .isLessThan(FEW);
  }

  /** A type that a deploy has removed is known for ever. */
  @Test
  void lookingForTypesThatNobodyKnowsReadsNoTaskThatIsNotQueued() {
    queue.sql("insert into task_types values ('short', 'removed')");
    knownBy("short");
    Parking parking = new Parking(queue.database());
    assertThat(
            RowsRead.by(
                queue.servers(),
                tx -> assertThat(parking.park(tx.handle(), Duration.ZERO)).isFalse()))
        .isLessThan(FEW);
  }

  @Test
  void lookingForTypesThatNobodyKnowsReadsABoundedPartOfALongQueueAndGoesOn() {
    queue.sql(
        "select count(skein_enqueue('long', 'count')) from generate_series(1, %d)"
            .formatted(Parking.MOST_LOOKED_AT + 100));
    TaskId last = queue.enqueue(NewTask.of("long", "removed", "{}"));
    queue.sql("analyze tasks");
    knownBy("long");
    Parking parking = new Parking(queue.database());
    assertThat(
            RowsRead.by(
                queue.servers(),
                tx -> assertThat(parking.park(tx.handle(), Duration.ZERO)).isFalse()))
        .isLessThan(Parking.MOST_LOOKED_AT + FEW);
    assertThat(queue.find(last).state()).isEqualTo(TaskState.QUEUED);
    parking.park(Duration.ZERO);
    assertThat(queue.find(last).state()).isEqualTo(TaskState.PARKED);
  }

  @Test
  void unparkingReadsNoTaskThatThisBuildHasRefused() {
    queue.sql(
        "select count(skein_enqueue('parked', 'refused')) from generate_series(1, %d)"
            .formatted(MANY));
    queue.sql(
        "update tasks set state = 'parked', refused_by = '{0,1}' where queue = 'parked'"
            + " and state = 'queued'");
    queue.sql("analyze tasks");
    assertThat(
            RowsRead.by(
                queue.servers(),
                tx -> assertThat(unparking("1").takeUpSome(tx.handle())).isEmpty()))
        .isLessThan(FEW);
    unparking("2").pass();
    assertThat(
            queue.count("select count(*) from tasks where state = 'parked' and queue = 'parked'"))
        .isZero();
  }

  @Test
  void needingReadsOnlyWhatHasNotBeenTold() {
    queue.sql(
        """
        with needed as materialized (
          select skein_enqueue('needed', 'count') as id from generate_series(1, 3000))
        select skein_enqueue('needed', 'count', needs => array_agg(needed.id)) from needed
        """);
    queue.sql("analyze tasks, task_dependencies");
    NeededTasks needed = new NeededTasks(queue.database(), queue.hints());
    assertThat(
            RowsRead.by(
                queue.servers(),
                tx -> {
                  assertThat(NeededTasks.tellSome(tx.handle())).isZero();
                  assertThat(needed.releaseSome(tx)).isZero();
                }))
        .isLessThan(FEW);
  }

  /** A worker of this queue signs, and no other one. */
  private static void knownBy(String name) {
    WorkerSettings settings = WorkerSettings.named(name).withQueues(List.of(name));
    queue.sql("delete from task_workers");
    new WorkerRoll(queue.database(), WorkerLine.of(settings, name, KNOWN)).sign();
  }

  private static Unparking unparking(String build) {
    return new Unparking(queue.database(), queue.hints(), List.of("parked"), KNOWN, build);
  }
}
