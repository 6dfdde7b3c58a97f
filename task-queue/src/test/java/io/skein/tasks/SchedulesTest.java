package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Ticks become tasks, each once, by the clock of PostgreSQL. */
final class SchedulesTest {
  @RegisterExtension static final TestQueue queue = TestQueue.fresh();
  private static Schedules schedules;
  private final String name = "s-" + UUID.randomUUID();

  @BeforeAll
  static void open() {
    schedules = queue.tasks().schedules();
  }

  @AfterEach
  void removeIt() {
    schedules.remove(name);
  }

  @Test
  void threeInstancesAtOnceMakeOneTaskOfEachTick() throws Exception {
    schedules.put(everySecond().withOverlap(Schedule.Overlap.ALLOW));
    ticksFrom("40 seconds");
    List<Callable<Void>> passes = new ArrayList<>();
    for (int n = 0; n < 3; n++) {
      // Machines whose own clocks would differ do not matter: no clock of theirs is asked.
      ScheduleTicks ticks = new ScheduleTicks(queue.tasks());
      passes.add(() -> {
        for (int pass = 0; pass < 30; pass++) {
          ticks.pass();
        }
        return null;
      });
    }
    try (var instances = Executors.newFixedThreadPool(3)) {
      for (Future<Void> done : instances.invokeAll(passes)) {
        done.get();
      }
    }
    assertThat(tasks()).isGreaterThanOrEqualTo(40);
    assertThat(
            queue.count(
                "select count(distinct correlation) from tasks where type = '" + name + "'"))
        .isEqualTo(tasks());
    Instant last = schedules.find(name).orElseThrow().lastAt();
    assertThat(
            queue.count(
                "select extract(epoch from max(split_part(correlation, '@', 2)::timestamptz)"
                    + " - min(split_part(correlation, '@', 2)::timestamptz))::bigint + 1"
                    + " from tasks where type = '"
                    + name
                    + "'"))
        .isEqualTo(tasks());
    assertThat(last).isNotNull();
  }

  @Test
  void aWorkerTicks() throws Exception {
    schedules.put(Schedule.of(name, "0 0 1 1 *", "unserved", name, "{}"));
    TaskQueue ahead = queue.servers().queueAhead(Duration.ofDays(400));
    try (Worker worker =
        new Worker(WorkerSettings.named("w"), ahead, List.of(Handlers.idle("other")))) {
      worker.start();
      await().until(() -> tasks() == 1);
    }
  }

  @Test
  void whatWasMissedIsDroppedOrRunsOnceOrAll() {
    assertThat(ticksAfterTenMinutes(Schedule.Missed.SKIP)).isEqualTo(0);
    assertThat(ticksAfterTenMinutes(Schedule.Missed.LAST)).isEqualTo(1);
    assertThat(ticksAfterTenMinutes(Schedule.Missed.ALL)).isBetween(9L, 10L);
  }

  @Test
  void ofManyMissedTicksOnlySoManyRun() {
    Cron cron = Cron.parse("* * * * * *", ZoneOffset.UTC);
    Instant from = Instant.parse("2026-01-01T00:00:00Z");
    Instant now = from.plusSeconds(7200);
    ScheduleTicks.Due due = ScheduleTicks.due(cron, Schedule.Missed.ALL, from, now);
    assertThat(due.ticks())
        .hasSize(1_000 + 61)
        .doesNotHaveDuplicates()
        .startsWith(from)
        .endsWith(now);
    assertThat(due.next()).isEqualTo(now.plusSeconds(1));
    assertThat(ScheduleTicks.due(cron, Schedule.Missed.LAST, from, now).ticks()).hasSize(62);
  }

  @Test
  void aTickWhileTheLastTaskLivesIsDroppedOrWaits() {
    schedules.put(everySecond());
    ticksFrom("10 seconds");
    new ScheduleTicks(queue.tasks()).pass();
    assertThat(tasks()).isEqualTo(1);
    TaskId live = Objects.requireNonNull(schedules.find(name).orElseThrow().lastTask());
    assertThat(schedules.trigger(name)).isEqualTo(live);

    schedules.put(everySecond().withOverlap(Schedule.Overlap.AFTER));
    TaskId waiting = schedules.trigger(name);
    assertThat(queue.find(waiting).state()).isEqualTo(TaskState.WAITING);
    queue.database().useTransaction(tx -> queue.tasks().cancel(tx, live));
    assertThat(queue.find(waiting).state()).isEqualTo(TaskState.QUEUED);
  }

  @Test
  void aPausedScheduleDoesNotTickAndTicksInThePauseWereNotMissed() {
    schedules.put(everySecond().withMissed(Schedule.Missed.ALL));
    schedules.pause(name);
    ticksFrom("2 hours");
    new ScheduleTicks(queue.tasks()).pass();
    assertThat(tasks()).isZero();
    schedules.put(Schedule.of(name, "0 0 1 1 *", "unserved", name, "{}"));
    assertThat(schedules.find(name).orElseThrow().pausedAt()).isNotNull();
    schedules.resume(name);
    assertThat(schedules.find(name).orElseThrow().pausedAt()).isNull();
    new ScheduleTicks(queue.tasks()).pass();
    assertThat(tasks()).isZero();
  }

  @Test
  void aBackfillMakesTasksOfTheTicksThatHaveNone() {
    schedules.put(Schedule.of(name, "0 3 * * *", "unserved", name, "{}"));
    Instant from = Instant.parse("2025-01-01T00:00:00Z");
    List<TaskId> first = schedules.backfill(name, from, from.plus(Duration.ofDays(3)));
    assertThat(first).hasSize(3);
    assertThat(queue.find(first.get(2)).state()).isEqualTo(TaskState.WAITING);
    schedules.remove(name);
    schedules.put(Schedule.of(name, "0 3 * * *", "unserved", name, "{}"));
    assertThat(schedules.backfill(name, from, from.plus(Duration.ofDays(4)))).hasSize(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> schedules.backfill(name, from, from.plus(Duration.ofDays(36_500))));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> schedules.backfill(name, Instant.EPOCH, from))
        .withMessageContaining("1000");
  }

  @Test
  void puttingTheSameAgainLosesNoTick() {
    schedules.put(everySecond());
    ticksFrom("10 seconds");
    Instant due = schedules.find(name).orElseThrow().nextAt();
    schedules.put(everySecond().withMissed(Schedule.Missed.ALL));
    assertThat(schedules.find(name).orElseThrow().nextAt()).isEqualTo(due);
    schedules.put(Schedule.of(name, "0 0 1 1 *", "unserved", name, "{}"));
    assertThat(schedules.find(name).orElseThrow().nextAt()).isAfter(due);
  }

  /** As only older versions let them in; the first one due is looked at first. */
  @Test
  void whatCannotBecomeATaskIsPausedWithTheReasonAndTheOthersTick() {
    String broken = name + "-broken";
    schedules.put(Schedule.of(broken, "* * * * *", "unserved", broken, "{}"));
    queue.sql("alter table task_schedules drop constraint task_schedules_payload");
    queue.sql(
        "update task_schedules set next_at = next_at - interval '1 hour', payload = (select"
            + " jsonb_agg(1) from generate_series(1, 400000)) where name = '"
            + broken
            + "'");
    schedules.put(everySecond());
    ticksFrom("10 seconds");
    new ScheduleTicks(queue.tasks()).pass();
    assertThat(tasks()).isEqualTo(1);
    assertThat(
            queue.count(
                "select count(*) from task_schedules where paused_at is not null"
                    + " and error like '%1 MiB%' and name = '"
                    + broken
                    + "'"))
        .isEqualTo(1);
    schedules.remove(broken);
    queue.sql(
        "alter table task_schedules add constraint task_schedules_payload"
            + " check (octet_length(payload::text) <= 1048576)");
  }

  @Test
  void oneThatCannotBeReadIsShownWithTheReasonAndHidesNoOther() {
    String lost = name + "-lost";
    schedules.put(Schedule.of(lost, "0 3 * * *", "unserved", lost, "{}").withTenant("t"));
    schedules.put(everySecond());
    queue.sql("update task_schedules set zone = 'Mars/Olympus' where name = '" + lost + "'");

    assertThat(schedules.list()).extracting(ScheduleStatus::name).contains(name, lost);
    assertThat(schedules.find(name).orElseThrow().schedule()).isEqualTo(everySecond());
    ScheduleStatus unreadable = schedules.find(lost).orElseThrow();
    assertThat(unreadable.schedule()).isNull();
    assertThat(unreadable.tenant()).isEqualTo("t");
    assertThat(unreadable.error()).isEqualTo("not a time zone: Mars/Olympus");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> schedules.trigger(lost))
        .withMessageContaining("Mars/Olympus");

    schedules.pause(lost);
    assertThat(schedules.find(lost).orElseThrow().pausedAt()).isNotNull();
    assertThatIllegalArgumentException().isThrownBy(() -> schedules.resume(lost));
    schedules.put(Schedule.of(lost, "0 3 * * *", "unserved", lost, "{}"));
    schedules.resume(lost);
    assertThat(schedules.find(lost).orElseThrow().error()).isNull();
    assertThat(schedules.remove(lost)).isTrue();
  }

  @Test
  void badOnesAreRefusedWithTheRule() {
    String expanding = "[" + "1,".repeat(400_000) + "1]";
    for (String payload :
        List.of("{", "\"\\u0000\"", "\"" + "x".repeat(1 << 20) + "\"", expanding)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> schedules.put(Schedule.of(name, "* * * * *", "q", "t", payload)))
          .withMessageContaining("1 MiB");
    }
    String tooLong = "n".repeat(201);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Schedule.of(tooLong, "* * * * *", "q", "t", "{}"))
        .withMessageContaining("200 characters");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Schedule.of(name, "* * * * *", tooLong, "t", "{}"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Schedule.of(name, "* * * * *", "q", tooLong, "{}"));
    assertThatThrownBy(() -> schedules.trigger("nobody's"))
        .isInstanceOf(NoSuchElementException.class);
  }

  private Schedule everySecond() {
    return Schedule.of(name, "* * * * * *", "unserved", name, "{}");
  }

  private long ticksAfterTenMinutes(Schedule.Missed missed) {
    schedules.put(
        Schedule.of(name, "* * * * *", "unserved", name, "{}")
            .withMissed(missed)
            .withOverlap(Schedule.Overlap.ALLOW));
    ticksFrom("10 minutes");
    new ScheduleTicks(queue.tasks()).pass();
    long inTime =
        queue.count(
            "select count(*) from tasks where type = '"
                + name
                + "' and created_at"
                + " - split_part(correlation, '@', 2)::timestamptz <= interval '1 minute'");
    long late = tasks() - inTime;
    queue.sql("delete from tasks where type = '" + name + "'");
    return late;
  }

  /** As if nobody had looked for so long. */
  private void ticksFrom(String ago) {
    queue.sql(
        "update task_schedules set next_at = date_trunc('minute', skein_now() - interval '"
            + ago
            + "') + case when cron = '* * * * * *' then date_part('second',"
            + " date_trunc('second', skein_now() - interval '"
            + ago
            + "')) * interval '1 s'"
            + " else '0' end where name = '"
            + name
            + "'");
  }

  private long tasks() {
    return queue.count("select count(*) from tasks where type = '" + name + "'");
  }
}
