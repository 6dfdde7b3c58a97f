package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skein.postgres.Transaction;
import io.skein.postgres.TransactionConsumer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Types that several transactions make known at once. */
final class NewTypesTest {
  /** So many that they are copied, or few. */
  private static final int FEW = 1;

  private static final int COPIED = 40;

  @RegisterExtension static final TestQueue queue = TestQueue.fresh();

  private static List<TaskId> enqueue(Transaction transaction, int count, String type) {
    return queue.tasks().enqueue(transaction, Collections.nCopies(count, queue.task(type)));
  }

  private static long known() {
    return queue.count(
        "select count(*) from task_types where queue = '%s'".formatted(queue.name()));
  }

  private static long noted() {
    return queue.count(
        "select count(*) from task_types_noted where queue = '%s'".formatted(queue.name()));
  }

  private static void park() {
    new Parking(queue.database()).park(Duration.ZERO);
  }

  /** On a connection of its own: the same thread would go on in the transaction that is open. */
  private static void beside(Runnable step) throws Exception {
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      other.submit(step).get(1, TimeUnit.MINUTES);
    }
  }

  private static void inTransaction(TransactionConsumer<Exception> steps) throws Exception {
    queue.database().useTransaction(steps);
  }

  @ParameterizedTest
  @ValueSource(ints = {FEW, COPIED})
  void nobodyWaitsForTheFirst(int count) throws Exception {
    inTransaction(first -> {
      enqueue(first, count, "a");
      beside(() ->
          queue
              .database()
              .useTransaction(second -> {
                enqueue(second, count, "b");
                enqueue(second, count, "a");
              }));
      enqueue(first, count, "b");
    });
    park();
    assertThat(known()).isEqualTo(2);
    assertThat(noted()).isZero();
    assertThat(queue.count("select count(*) from tasks where queue = '" + queue.name() + "'"))
        .isEqualTo(4L * count);
  }

  @Test
  void oppositeOrdersDoNotBlockEachOther() throws Exception {
    inTransaction(first -> {
      enqueue(first, FEW, "a");
      beside(() ->
          queue
              .database()
              .useTransaction(second -> {
                enqueue(second, FEW, "b");
                enqueue(first, FEW, "b");
                enqueue(second, FEW, "a");
              }));
    });
    park();
    assertThat(known()).isEqualTo(2);
  }

  @Test
  void aTypeIsKnownThoughTheFirstRollsBack() throws Exception {
    assertThatThrownBy(() ->
            inTransaction(first -> {
              enqueue(first, FEW, "a");
              beside(() -> queue.enqueue("a"));
              beside(NewTypesTest::park); // does not wait for the first either
              beside(() -> assertThat(noted()).isOne());
              throw new IllegalStateException("changed its mind");
            }))
        .hasMessage("changed its mind");
    assertThat(known()).isZero();
    park();
    assertThat(known()).isOne();
    assertThat(noted()).isZero();
  }

  @Test
  void aWorkerThatDeclaresKeepsNobodyWaiting() throws Exception {
    List<TaskId> enqueued = new ArrayList<>();
    inTransaction(starting -> {
      TypeRows.declare(starting.handle(), List.of(queue.name()), List.of(new Quick()));
      beside(() -> enqueued.add(queue.enqueue("a")));
    });
    enqueued.add(queue.enqueue("a"));
    assertThat(enqueued)
        .extracting(id -> queue.find(id).limits())
        .containsExactly(TimeLimits.DEFAULT, Quick.LIMITS);
  }

  @Test
  void aWorkerThatDeclaresNothingWaitsForNobody() throws Exception {
    inTransaction(first -> {
      enqueue(first, FEW, "a");
      beside(() ->
          queue
              .database()
              .useTransaction(starting ->
                  TypeRows.declare(
                      starting.handle(),
                      List.of(queue.name()),
                      List.of(Handlers.of("a", context -> {})))));
    });
    assertThat(known()).isOne();
  }

  /** Declares something. */
  private static final class Quick implements TaskHandler {
    private static final TimeLimits LIMITS = TimeLimits.of(Duration.ofMinutes(2));

    @Override
    public String type() {
      return "a";
    }

    @Override
    public TypeDefaults defaults() {
      return new TypeDefaults(Retries.NONE, LIMITS);
    }

    @Override
    public void handle(TaskContext context) {}
  }
}
