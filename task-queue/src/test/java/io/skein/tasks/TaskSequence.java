package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Random steps of everything that changes a task; each is made in the model as well. */
final class TaskSequence {
  static final String KNOWN = "t";
  static final String BUILD = "b";

  private static final int STEPS = 30;
  private static final Duration TERM = Duration.ofSeconds(15);
  private static final Failure FAILURE = new Failure("on purpose", null, null);

  private final Servers servers;
  private final Random random;
  private final Consumer<String> seen;
  private final String queue = "m-" + UUID.randomUUID();
  private final RunRenewals renewals = new RunRenewals(TERM);
  private final FinishedRuns finished;
  private final TaskModel model = new TaskModel();
  private final List<String> done = new ArrayList<>();

  /** Of every claim, also of those that were given up since. */
  private final List<Run> runs = new ArrayList<>();

  private final ClaimStatements statements =
      new ClaimStatements("w", List.of(queue), Set.of(KNOWN), BUILD, TERM);
  private final FairClaims claims;
  private final WorkerSettings settings =
      WorkerSettings.named("w").withQueues(List.of(queue)).withBuild(BUILD);
  private final NeededTasks needed;
  private boolean paused;

  /**
   * @param seen hears of what happened, by name
   */
  TaskSequence(Servers servers, Random random, Consumer<String> seen) {
    this.servers = servers;
    this.random = random;
    this.seen = seen;
    this.finished = new FinishedRuns(servers.queue.hints());
    this.claims = new FairClaims(servers.database, statements);
    this.needed = new NeededTasks(servers.database, servers.queue.hints());
  }

  void run() throws Exception {
    new WorkerRoll(servers.database, WorkerLine.of(settings, "beside", List.of(KNOWN))).sign();
    for (int step = 0; step < STEPS; step++) {
      act();
      needed.pass();
      compare();
    }
    servers.sql("delete from tasks");
    servers.sql("delete from task_dependencies");
    servers.sql("delete from task_attempts");
    servers.sql("delete from task_workers");
  }

  private void act() throws Exception {
    switch (random.nextInt(24)) {
      case 0, 1, 2 -> enqueue();
      case 3, 4, 5 -> claim();
      case 6 -> complete();
      case 7 -> completeSeveral();
      case 8 -> retry();
      case 9 -> end();
      case 10 -> handBack();
      case 11 -> crash();
      case 12 -> cancel();
      case 13 -> snoozeOrPostpone();
      case 14 -> parkOne();
      case 15 -> parkUnknown();
      case 16 -> unpark();
      case 17 -> expire();
      case 18 -> retryEnded();
      case 19, 20 -> claimSuspect();
      case 21 -> begin();
      case 22 -> crash();
      default -> {
        if (random.nextBoolean()) {
          pauseOrResume();
        } else {
          promote();
        }
      }
    }
  }

  private void enqueue() {
    ModelledTask added = new ModelledTask();
    added.type = random.nextInt(8) == 0 ? "unknown" : KNOWN;
    NewTask task =
        NewTask.of(queue, added.type, "{}").withRetries(new Retries(2, Duration.ofHours(1)));
    if (random.nextInt(3) == 0) {
      added.unique = "u" + random.nextInt(2);
      task = task.withUniqueKey(added.unique);
    }
    if (random.nextInt(3) == 0 && !model.ids().isEmpty()) {
      added.onEnd = random.nextBoolean();
      for (int n = random.nextInt(3); n >= 0; n--) {
        TaskId needed = model.ids().get(random.nextInt(model.ids().size()));
        if (!added.needs.contains(needed)) {
          added.needs.add(needed);
        }
      }
      task = added.onEnd ? task.afterEndOf(added.needs) : task.after(added.needs);
    } else if (random.nextInt(4) == 0) {
      task = task.withDelay(Duration.ofHours(1));
      added.state = TaskState.SCHEDULED;
    }
    if (random.nextInt(4) == 0) {
      added.expires = true;
      task = task.withExpiry(Duration.ofHours(1));
    }
    TaskId id = servers.queue.enqueue(task);
    done.add("enqueue " + id + " " + task.unique() + " " + task.dependency());
    TaskId live = model.liveWith(added.unique, added.type);
    if (live != null) {
      assertThat(id).as("the live one with the key").isEqualTo(live);
      return;
    }
    for (TaskId needed : added.needs) {
      ModelledTask other = model.get(needed);
      if (other.state.live()) {
        added.waitsFor++;
      } else if (other.state != TaskState.SUCCEEDED && !added.onEnd) {
        added.state = TaskState.CANCELLED;
      }
    }
    // What had ended before is retried perhaps, and ends again.
    added.needs.removeIf(needed -> !model.get(needed).state.live());
    if (added.state == TaskState.CANCELLED) {
      added.waitsFor = 0;
    } else if (added.waitsFor > 0) {
      added.state = TaskState.WAITING;
    }
    if (random.nextInt(4) == 0) {
      added.crashes = 2; // as if it had been through it: by chance few get there
      servers.sql("update tasks set crash_count = 2 where id = '" + id + "'");
    }
    model.add(id, added);
  }

  private void claim() {
    int most = 1 + random.nextInt(3);
    List<Run> claimed = claims.claim(queue, FairClaims.Levels.ALL, most);
    done.add("claim " + claimed.stream().map(run -> run.task().id().toString()).toList());
    long claimable =
        model.all().stream().filter(task -> task.runnable() && task.crashes < 2).count();
    assertThat(claimed).hasSize(paused ? 0 : (int) Math.min(most, claimable));
    for (Run run : claimed) {
      ModelledTask task = model.get(run.task().id());
      assertThat(task.runnable()).isTrue();
      assertThat(task.crashes).isLessThan(2);
      begun(run, task);
      task.started = true;
    }
  }

  private void begun(Run run, ModelledTask task) {
    task.state = TaskState.RUNNING;
    task.attempt++;
    assertThat(run.lease().number()).isGreaterThan(task.lease);
    task.lease = run.lease().number();
    runs.add(run);
    seen.accept("claim");
  }

  /** One that crashed twice, and no second one with it. */
  private void claimSuspect() {
    Optional<Run> claimed =
        servers.database.read(handle -> statements.suspect(handle, queue, false));
    done.add("claim suspect " + claimed.map(Run::lease));
    boolean some = model.all().stream().anyMatch(task -> task.runnable() && task.crashes >= 2);
    assertThat(claimed.isPresent()).isEqualTo(some && !paused);
    claimed.ifPresent(run -> {
      ModelledTask task = model.get(run.task().id());
      assertThat(task.runnable() && task.crashes >= 2).isTrue();
      begun(run, task);
      task.started = false;
      seen.accept("suspect");
      if (random.nextInt(4) > 0) {
        begin(run);
      }
    });
  }

  /** It is alone in its worker now. */
  private void begin() {
    Run run = anyRun();
    if (run != null) {
      begin(run);
    }
  }

  private void begin(Run run) {
    boolean expected = held(run);
    done.add("begin " + run.lease());
    assertThat(
            servers.database.<Boolean, RuntimeException>read(h -> renewals.begin(h, run.lease())))
        .isEqualTo(expected);
    if (expected) {
      model.get(run.task().id()).started = true;
    }
  }

  /** More often one that is still held: those that are not only grow in number. */
  private @Nullable Run anyRun() {
    List<Run> some = random.nextInt(3) == 0 ? runs : runs.stream().filter(this::held).toList();
    return some.isEmpty() ? null : some.get(random.nextInt(some.size()));
  }

  private boolean held(Run run) {
    ModelledTask task = model.get(run.task().id());
    return task.state == TaskState.RUNNING && task.lease == run.lease().number();
  }

  private void complete() {
    Run run = anyRun();
    if (run != null) {
      boolean expected = held(run);
      done.add("complete " + run.lease());
      boolean written =
          servers.database.inTransaction(
              tx -> finished.complete(tx, new FinishedRuns.Completion(run.lease(), "1", null)));
      assertThat(written).isEqualTo(expected);
      if (expected) {
        model.end(run.task().id(), TaskState.SUCCEEDED);
      }
    }
  }

  private void completeSeveral() {
    List<Run> some = runs.stream().filter(run -> random.nextBoolean()).toList();
    Set<Lease> expected = new HashSet<>();
    some.stream().filter(this::held).forEach(run -> expected.add(run.lease()));
    done.add("complete all of " + some.stream().map(Run::lease).toList());
    Set<Lease> written =
        servers.database.inTransaction(tx ->
            finished.completeAll(
                tx,
                some.stream()
                    .map(run -> new FinishedRuns.Completion(run.lease(), null, null))
                    .toList()));
    assertThat(written).isEqualTo(expected);
    expected.forEach(lease -> model.end(lease.task(), TaskState.SUCCEEDED));
  }

  private void retry() {
    Run run = anyRun();
    if (run != null) {
      boolean expected = held(run);
      done.add("retry " + run.lease());
      assertThat(
              servers
                  .database
                  .read(handle -> UnfinishedRuns.retry(handle, run.lease(), FAILURE))
                  .isPresent())
          .isEqualTo(expected);
      if (expected) {
        model.get(run.task().id()).state = TaskState.SCHEDULED;
      }
    }
  }

  private void end() {
    Run run = anyRun();
    if (run != null) {
      boolean expected = held(run);
      TaskState state = random.nextBoolean() ? TaskState.FAILED : TaskState.DEAD;
      done.add(state + " " + run.lease());
      boolean written =
          servers.database.inTransaction(tx -> finished.end(tx, run.lease(), state, FAILURE));
      assertThat(written).isEqualTo(expected);
      if (expected) {
        model.end(run.task().id(), state);
      }
    }
  }

  private void handBack() {
    Run run = anyRun();
    if (run != null) {
      boolean expected = held(run);
      done.add("hand back " + run.lease());
      boolean written =
          servers.database.read(handle -> UnfinishedRuns.handBack(handle, run.lease(), FAILURE));
      assertThat(written).isEqualTo(expected);
      if (expected) {
        model.get(run.task().id()).uncounted(TaskState.QUEUED);
      }
    }
  }

  private void snoozeOrPostpone() {
    Run run = anyRun();
    if (run != null) {
      boolean expected = held(run);
      boolean wish = random.nextBoolean();
      done.add((wish ? "snooze " : "postpone ") + run.lease());
      Duration pause = Duration.ofHours(1);
      boolean written =
          servers.database.read(handle ->
              wish
                  ? UnfinishedRuns.snooze(handle, run.lease(), pause, FAILURE)
                  : UnfinishedRuns.postpone(handle, run.lease(), pause, FAILURE));
      assertThat(written).isEqualTo(expected);
      if (expected) {
        model.get(run.task().id()).uncounted(TaskState.SCHEDULED);
        seen.accept("snooze");
      }
    }
  }

  /** This build, or another one, cannot read its payload. */
  private void parkOne() {
    Run run = anyRun();
    if (run != null) {
      boolean expected = held(run);
      String build = random.nextBoolean() ? BUILD : "other";
      done.add("park " + run.lease() + " by " + build);
      boolean written =
          servers.database.read(handle -> UnfinishedRuns.park(handle, run.lease(), build, FAILURE));
      assertThat(written).isEqualTo(expected);
      if (expected) {
        ModelledTask task = model.get(run.task().id());
        task.uncounted(TaskState.PARKED);
        task.refusedBy.add(build);
        seen.accept("park");
      }
    }
  }

  /** The one worker of the queue knows one type. */
  private void parkUnknown() {
    done.add("park unknown");
    new Parking(servers.database).park(Duration.ZERO);
    model.all().stream()
        .filter(task -> task.state == TaskState.QUEUED && !task.type.equals(KNOWN))
        .forEach(task -> {
          task.state = TaskState.PARKED;
          seen.accept("park unknown");
        });
  }

  private void unpark() {
    String build = random.nextBoolean() ? BUILD : "other";
    done.add("unpark by " + build);
    new Unparking(servers.database, servers.queue.hints(), List.of(queue), List.of(KNOWN), build)
        .pass();
    model.all().stream()
        .filter(task -> task.state == TaskState.PARKED && task.type.equals(KNOWN))
        .filter(task -> !task.refusedBy.contains(build))
        .forEach(task -> {
          task.state = TaskState.QUEUED;
          seen.accept("unpark");
        });
  }

  /** The time of one is over; whatever has not begun is cancelled. */
  private void expire() {
    List<TaskId> some = model.ids(task -> task.expires);
    if (!some.isEmpty()) {
      TaskId id = some.get(random.nextInt(some.size()));
      servers.sql(
          "update tasks set expires_at = skein_now() - interval '1 s' where id = '" + id + "'");
      model.get(id).expired = true;
      done.add("expire " + id);
    }
    new Expiry(servers.database, servers.queue.hints()).pass();
    List<TaskId> late = model.ids(ModelledTask::tooLate);
    late.forEach(id -> model.end(id, TaskState.CANCELLED));
    late.forEach(id -> seen.accept("expire"));
  }

  /** As an operator does. */
  private void retryEnded() {
    List<TaskId> some = model.ids(task -> BulkAction.RETRY.from().contains(task.state));
    if (some.isEmpty()) {
      return;
    }
    TaskId id = some.get(random.nextInt(some.size()));
    ModelledTask task = model.get(id);
    done.add("retry ended " + id);
    TaskId live = model.liveWith(task.unique, task.type);
    boolean expected = live == null || live.equals(id);
    assertThat(servers.queue.bulk().retry(id)).isEqualTo(expected);
    if (expected) {
      task.uncounted(TaskState.QUEUED);
      task.attempt = 0;
      task.crashes = 0;
      task.started = false;
      task.waitsFor = 0;
      task.needs.clear();
      task.refusedBy.clear();
      task.expires = task.expires && !task.expired;
      task.expired = false;
      seen.accept("retry ended");
    }
  }

  /** Its worker is silent for longer than the lease; or there is nothing to reap. */
  private void crash() throws Exception {
    Run run = random.nextBoolean() ? aSuspectUnderWay() : anyRun();
    if (run != null) {
      servers.sql(
          "update tasks set lease_until = skein_now() - interval '1 s' where id = '"
              + run.task().id()
              + "' and lease = "
              + run.lease().number()
              + " and state = 'running'");
    }
    done.add("crash " + (run == null ? "nothing" : run.lease()));
    Reaper.of(servers, Handlers.idle(KNOWN)).reap();
    if (run != null && held(run)) {
      ModelledTask task = model.get(run.task().id());
      if (task.started && task.crashes >= 2) {
        task.crashes++;
        model.end(run.task().id(), TaskState.DEAD);
        seen.accept("end poison");
      } else {
        task.uncounted(TaskState.QUEUED);
        task.crashes += task.started ? 1 : 0;
        seen.accept("crash");
      }
    }
  }

  private @Nullable Run aSuspectUnderWay() {
    return runs.stream()
        .filter(run -> held(run) && model.get(run.task().id()).crashes >= 2)
        .findAny()
        .orElseGet(this::anyRun);
  }

  private void cancel() {
    if (!model.ids().isEmpty()) {
      TaskId id = model.ids().get(random.nextInt(model.ids().size()));
      done.add("cancel " + id);
      boolean expected = model.get(id).state.live();
      boolean cancelled = servers.database.inTransaction(tx -> servers.queue.cancel(tx, id));
      assertThat(cancelled).isEqualTo(expected);
      if (expected) {
        model.get(id).lease++;
        model.end(id, TaskState.CANCELLED);
      }
    }
  }

  private void pauseOrResume() {
    paused = !paused;
    done.add(paused ? "pause" : "resume");
    if (paused) {
      servers.queue.queues().pause(queue);
    } else {
      servers.queue.queues().resume(queue);
    }
  }

  private void promote() {
    done.add("promote");
    servers.sql("update tasks set run_at = skein_now() where state = 'scheduled'");
    new DuePromoter(servers.database, servers.queue.hints()).promote();
    model.all().stream()
        .filter(task -> task.state == TaskState.SCHEDULED)
        .forEach(task -> task.state = TaskState.QUEUED);
  }

  private void compare() {
    Map<TaskId, String> stored = new HashMap<>();
    servers.database.useTransaction(tx ->
        tx.handle()
            .createQuery(
                "select id, state, attempt, crash_count, lease, waits_for from tasks"
                    + " where queue = :queue")
            .bind("queue", queue)
            .map((row, context) ->
                stored.put(
                    new TaskId(row.getObject("id", UUID.class)),
                    TaskState.ofStored(row.getString("state"))
                        + " attempt="
                        + row.getInt("attempt")
                        + " crashes="
                        + row.getInt("crash_count")
                        + " lease="
                        + row.getLong("lease")
                        + " waits="
                        + (row.getString("state").equals("waiting") ? row.getInt("waits_for") : 0)))
            .list());
    model.all().stream()
        .filter(task -> task.state != TaskState.WAITING)
        .forEach(task -> task.waitsFor = 0);
    assertThat(stored).as("after %s", done).isEqualTo(model.texts());
  }
}
