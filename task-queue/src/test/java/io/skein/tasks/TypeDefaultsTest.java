package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a handler declares for its type, of tasks that are enqueued in each way. */
final class TypeDefaultsTest {
  private static final TypeDefaults PATIENT =
      new TypeDefaults(
          new Retries(9, Duration.ofMillis(1_500)), TimeLimits.of(Duration.ofHours(2)));

  @RegisterExtension static final TestQueue queue = TestQueue.fresh();

  private record Declaring(String type, TypeDefaults defaults) implements TaskHandler {
    @Override
    public void handle(TaskContext context) {}
  }

  private static TypeDefaults of(TaskId id) {
    Task task = queue.find(id);
    return new TypeDefaults(task.retries(), task.limits());
  }

  /** Later, so that it is not yet run. */
  private static NewTask later(String type) {
    return queue.task(type).withDelay(Duration.ofHours(1));
  }

  private static TaskId bySql(String type, String options) {
    return queue
        .database()
        .inTransaction(transaction ->
            new TaskId(
                transaction
                    .handle()
                    .createQuery(
                        "select skein_enqueue(:queue, :type, delay => '1 hour'" + options + ")")
                    .bind("queue", queue.name())
                    .bind("type", type)
                    .mapTo(UUID.class)
                    .one()));
  }

  private static void startAndAwait(TypeDefaults declared) {
    queue.start(new Declaring("slow", declared));
    await().until(() -> of(queue.enqueue(later("slow"))).equals(declared));
  }

  @Test
  void holdsForWhatIsEnqueuedInAnyWay() {
    startAndAwait(PATIENT);
    assertThat(queue.enqueue(40, later("slow"))) // by COPY
        .allSatisfy(id -> assertThat(of(id)).isEqualTo(PATIENT));
    assertThat(of(bySql("slow", ""))).isEqualTo(PATIENT);
    assertThat(of(queue.enqueue(later("other")))).isEqualTo(TypeDefaults.STANDARD);
    assertThat(of(queue.tasks().enqueue(NewTask.of("elsewhere", "slow", "{}"))))
        .isEqualTo(TypeDefaults.STANDARD);
  }

  @Test
  void giveWayToWhatTheEnqueuerChose() {
    startAndAwait(PATIENT);
    NewTask once = later("slow").withRetries(Retries.NONE);
    TypeDefaults mixed = new TypeDefaults(Retries.NONE, PATIENT.limits());
    assertThat(of(queue.enqueue(once))).isEqualTo(mixed);
    assertThat(queue.enqueue(40, once)).allSatisfy(id -> assertThat(of(id)).isEqualTo(mixed));
    assertThat(of(bySql("slow", ", hard_limit => '12 minutes', max_attempts => 2")))
        .isEqualTo(
            new TypeDefaults(
                new Retries(2, PATIENT.retries().delay()), TimeLimits.of(Duration.ofMinutes(12))));
  }

  @Test
  void areThoseOfTheWorkerThatStartedLast() {
    startAndAwait(PATIENT);
    TaskId before = queue.enqueue(later("slow"));
    queue.stopWorkers();
    startAndAwait(TypeDefaults.STANDARD);
    assertThat(of(queue.enqueue(40, later("slow")).getLast())).isEqualTo(TypeDefaults.STANDARD);
    assertThat(of(before)).isEqualTo(PATIENT);
  }

  @Test
  void holdForTheTasksOfSchedulesThatSayNothing() {
    startAndAwait(PATIENT);
    String name = "s-" + queue.name();
    Schedule schedule = Schedule.of(name, "0 4 * * *", queue.name(), "slow", "{}");
    queue.tasks().schedules().put(schedule);
    assertThat(queue.tasks().schedules().find(name).orElseThrow().schedule()).isEqualTo(schedule);
    TaskId plain = queue.tasks().schedules().trigger(name);
    assertThat(of(plain)).isEqualTo(PATIENT);
    queue.tasks().schedules().put(schedule.withRetries(Retries.NONE));
    Instant from = Instant.parse("2020-01-01T00:00:00Z");
    List<TaskId> filled =
        queue.tasks().schedules().backfill(name, from, from.plus(Duration.ofDays(1)));
    assertThat(filled)
        .singleElement()
        .satisfies(
            id -> assertThat(of(id)).isEqualTo(new TypeDefaults(Retries.NONE, PATIENT.limits())));
  }

  @Test
  void holdInAManualWorkersTestsAtOnce() throws Exception {
    TypeDefaults hopeless = new TypeDefaults(Retries.NONE, TimeLimits.DEFAULT);
    TaskHandler failing =
        new TaskHandler() {
          @Override
          public String type() {
            return "failing";
          }

          @Override
          public TypeDefaults defaults() {
            return hopeless;
          }

          @Override
          public void handle(TaskContext context) {
            throw new IllegalStateException("as ever");
          }
        };
    try (ManualWorker worker =
        new ManualWorker(queue.tasks(), List.of(queue.name()), List.of(failing))) {
      queue.enqueue("failing");
      assertThat(worker.runNext().orElseThrow().state()).isEqualTo(TaskState.DEAD);
    }
  }
}
