package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.postgres.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * For each test a queue of its own, with the workers that it starts; they are stopped behind it. A
 * field with {@code @RegisterExtension}: when it is static the tests of the class share its
 * servers, else each has a database of its own.
 */
final class TestQueue
    implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {
  private final Supplier<Servers> opening;
  private final List<Worker> workers = new ArrayList<>();
  private @Nullable Servers servers;
  private boolean shared;
  private String name = "";

  private TestQueue(Supplier<Servers> opening) {
    this.opening = opening;
  }

  /** In a database of its own on the servers of this JVM. */
  static TestQueue fresh() {
    return new TestQueue(Servers::fresh);
  }

  /** On other servers, which it closes. */
  static TestQueue on(Supplier<Servers> opening) {
    return new TestQueue(opening);
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    shared = true;
    servers = opening.get();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    if (!shared) {
      servers = opening.get();
    }
    name = "q-" + UUID.randomUUID();
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    stopWorkers();
    if (!shared) {
      servers().close();
      servers = null;
    }
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    servers().close();
  }

  Servers servers() {
    return Objects.requireNonNull(servers, "the class has begun");
  }

  Database database() {
    return servers().database;
  }

  /** Of all queues. */
  TaskQueue tasks() {
    return servers().queue;
  }

  RedisHints hints() {
    return tasks().hints();
  }

  Ledger ledger() {
    return servers().ledger;
  }

  /** Of the queue. */
  String name() {
    return name;
  }

  NewTask task(String type) {
    return task(type, "{}");
  }

  NewTask task(String type, String payload) {
    return NewTask.of(name, type, payload);
  }

  TaskId enqueue(String type) {
    return enqueue(task(type));
  }

  TaskId enqueue(NewTask task) {
    return tasks().enqueue(task);
  }

  List<TaskId> enqueue(int count, String type) {
    return enqueue(count, task(type));
  }

  /** As many alike, in one transaction. */
  List<TaskId> enqueue(int count, NewTask task) {
    List<NewTask> all = Collections.nCopies(count, task);
    return database().inTransaction(transaction -> tasks().enqueue(transaction, all));
  }

  Task find(TaskId id) {
    return servers().task(id);
  }

  void awaitSucceeded(long count) {
    Awaitility.await()
        .pollInterval(Duration.ofMillis(20))
        .untilAsserted(() -> assertThat(succeeded()).isEqualTo(count));
  }

  /** How many tasks of this queue have. */
  long succeeded() {
    return count("select count(*) from tasks where state = 'succeeded' and queue = '" + name + "'");
  }

  Task await(TaskId id, TaskState state) {
    Awaitility.await()
        .pollInterval(Duration.ofMillis(10))
        .untilAsserted(() -> assertThat(find(id).state()).isEqualTo(state));
    return find(id);
  }

  void sql(String statement) {
    servers().sql(statement);
  }

  long count(String query) {
    return servers().count(query);
  }

  /** For a worker of this queue, which waits for a second when it stops. */
  WorkerSettings settings() {
    return WorkerSettings.named("w").withQueues(List.of(name)).withGrace(Duration.ofSeconds(1));
  }

  Worker start(TaskHandler... handlers) {
    return start(settings(), handlers);
  }

  Worker start(WorkerSettings settings, TaskHandler... handlers) {
    return start(settings, WorkerListener.NONE, handlers);
  }

  Worker start(WorkerSettings settings, WorkerListener listener, TaskHandler... handlers) {
    return start(new Worker(settings, tasks(), List.of(handlers), listener));
  }

  /** One that was made elsewhere, for example on a clock that is ahead. */
  Worker start(Worker worker) {
    workers.add(worker);
    worker.start();
    return worker;
  }

  void stopWorkers() {
    workers.forEach(Worker::stop);
    workers.clear();
  }

  /** Those of this test, in the order of their start. */
  List<Worker> workers() {
    return List.copyOf(workers);
  }
}
