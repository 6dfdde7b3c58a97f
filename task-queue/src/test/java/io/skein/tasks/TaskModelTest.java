package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Random interleavings of everything that changes a task, against a small model of its states. A
 * failure names its seed; {@code -Dskein.test.seed} repeats it, {@code -Dskein.test.full} makes ten
 * thousand sequences.
 */
final class TaskModelTest {
  private static final int SEQUENCES = Boolean.getBoolean("skein.test.full") ? 10_000 : 200;
  private static final int STEPS = 30;
  private static final String KNOWN = "t";
  private static final String BUILD = "b";
  private static final Duration TERM = Duration.ofSeconds(15);
  private static final Failure FAILURE = new Failure("on purpose", null, null);

  /** What happened in all sequences together: none of it may be left out by chance. */
  private static final Map<String, Integer> SEEN = new ConcurrentHashMap<>();

  private static Servers servers;

  @BeforeAll
  static void open() {
    servers = Servers.fresh();
  }

  @AfterAll
  static void close() throws Exception {
    servers.close();
  }

  @Test
  void everySequenceEndsWhereTheModelDoes() throws Exception {
    long first = Long.getLong("skein.test.seed", new Random().nextLong());
    for (int n = 0; n < SEQUENCES; n++) {
      long seed = first + n;
      try {
        new Sequence(new Random(seed)).run();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("with -Dskein.test.seed=" + seed, e);
      }
    }
    System.out.println(SEQUENCES + " sequences of " + STEPS + " steps, in them " + SEEN);
    assertThat(SEEN)
        .containsOnlyKeys(
            "claim",
            "suspect",
            "snooze",
            "park",
            "park unknown",
            "unpark",
            "expire",
            "retry ended",
            "crash",
            "end poison");
  }

  private static void seen(String what) {
    SEEN.merge(what, 1, Integer::sum);
  }

  /** What the model knows of a task. */
  private static final class Modelled {
    TaskState state = TaskState.QUEUED;
    int attempt;
    int crashes;
    long lease;
    int waitsFor;
    final List<TaskId> needs = new ArrayList<>();
    boolean onEnd;
    @Nullable String unique;

    String type = KNOWN;

    /** Its last run, or the present one, has begun: one that crashed twice is claimed before. */
    boolean started;

    boolean expires;
    boolean expired;

    /** The builds that could not read it. */
    final Set<String> refusedBy = new HashSet<>();

    boolean runnable() {
      boolean inTime = !expired || started || crashes >= 2;
      return state == TaskState.QUEUED
          && type.equals(KNOWN)
          && !refusedBy.contains(BUILD)
          && inTime;
    }

    /** What a run leaves that does not count. */
    void uncounted(TaskState then) {
      state = then;
      attempt--;
      lease++;
    }

    @Override
    public String toString() {
      return state
          + " attempt="
          + attempt
          + " crashes="
          + crashes
          + " lease="
          + lease
          + " waits="
          + waitsFor;
    }
  }

  private static final class Sequence {
    private final Random random;
    private final String queue = "m-" + UUID.randomUUID();
    private final RunRenewals renewals = new RunRenewals(TERM);
    private final FinishedRuns finished = new FinishedRuns(servers.queue.hints());
    private final Map<TaskId, Modelled> model = new LinkedHashMap<>();
    private final List<String> done = new ArrayList<>();

    /** Of every claim, also of those that were given up since. */
    private final List<Run> runs = new ArrayList<>();

    private final ClaimStatements statements =
        new ClaimStatements("w", List.of(queue), Set.of(KNOWN), BUILD, TERM);
    private final FairClaims claims = new FairClaims(servers.database, statements);
    private final WorkerSettings settings =
        WorkerSettings.named("w").withQueues(List.of(queue)).withBuild(BUILD);
    private final NeededTasks needed = new NeededTasks(servers.database, servers.queue.hints());
    private boolean paused;

    Sequence(Random random) {
      this.random = random;
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
      Modelled added = new Modelled();
      added.type = random.nextInt(8) == 0 ? "unknown" : KNOWN;
      NewTask task =
          NewTask.of(queue, added.type, "{}").withRetries(new Retries(2, Duration.ofHours(1)));
      if (random.nextInt(3) == 0) {
        added.unique = "u" + random.nextInt(2);
        task = task.withUniqueKey(added.unique);
      }
      if (random.nextInt(3) == 0 && !model.isEmpty()) {
        added.onEnd = random.nextBoolean();
        for (int n = random.nextInt(3); n >= 0; n--) {
          TaskId needed = List.copyOf(model.keySet()).get(random.nextInt(model.size()));
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
      TaskId live = liveWith(added.unique, added.type);
      if (live != null) {
        assertThat(id).as("the live one with the key").isEqualTo(live);
        return;
      }
      for (TaskId needed : added.needs) {
        Modelled other = modelled(needed);
        if (other.state.live()) {
          added.waitsFor++;
        } else if (other.state != TaskState.SUCCEEDED && !added.onEnd) {
          added.state = TaskState.CANCELLED;
        }
      }
      // What had ended before is retried perhaps, and ends again.
      added.needs.removeIf(needed -> !modelled(needed).state.live());
      if (added.state == TaskState.CANCELLED) {
        added.waitsFor = 0;
      } else if (added.waitsFor > 0) {
        added.state = TaskState.WAITING;
      }
      if (random.nextInt(4) == 0) {
        added.crashes = 2; // as if it had been through it: by chance few get there
        servers.sql("update tasks set crash_count = 2 where id = '" + id + "'");
      }
      model.put(id, added);
    }

    private @Nullable TaskId liveWith(@Nullable String unique, String type) {
      return model.entrySet().stream()
          .filter(entry -> unique != null && unique.equals(entry.getValue().unique))
          .filter(entry -> entry.getValue().type.equals(type))
          .filter(entry -> entry.getValue().state.live())
          .map(Map.Entry::getKey)
          .findFirst()
          .orElse(null);
    }

    private Modelled modelled(TaskId id) {
      return Objects.requireNonNull(model.get(id));
    }

    private void claim() {
      int most = 1 + random.nextInt(3);
      List<Run> claimed = claims.claim(queue, FairClaims.Levels.ALL, most);
      done.add("claim " + claimed.stream().map(run -> run.task().id().toString()).toList());
      long claimable =
          model.values().stream().filter(task -> task.runnable() && task.crashes < 2).count();
      assertThat(claimed).hasSize(paused ? 0 : (int) Math.min(most, claimable));
      for (Run run : claimed) {
        Modelled task = modelled(run.task().id());
        assertThat(task.runnable()).isTrue();
        assertThat(task.crashes).isLessThan(2);
        begun(run, task);
        task.started = true;
      }
    }

    private void begun(Run run, Modelled task) {
      task.state = TaskState.RUNNING;
      task.attempt++;
      assertThat(run.lease().number()).isGreaterThan(task.lease);
      task.lease = run.lease().number();
      runs.add(run);
      seen("claim");
    }

    /** One that crashed twice, and no second one with it. */
    private void claimSuspect() {
      Optional<Run> claimed =
          servers.database.read(handle -> statements.suspect(handle, queue, false));
      done.add("claim suspect " + claimed.map(Run::lease));
      boolean some = model.values().stream().anyMatch(task -> task.runnable() && task.crashes >= 2);
      assertThat(claimed.isPresent()).isEqualTo(some && !paused);
      claimed.ifPresent(run -> {
        Modelled task = modelled(run.task().id());
        assertThat(task.runnable() && task.crashes >= 2).isTrue();
        begun(run, task);
        task.started = false;
        seen("suspect");
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
        modelled(run.task().id()).started = true;
      }
    }

    /** More often one that is still held: those that are not only grow in number. */
    private @Nullable Run anyRun() {
      List<Run> some = random.nextInt(3) == 0 ? runs : runs.stream().filter(this::held).toList();
      return some.isEmpty() ? null : some.get(random.nextInt(some.size()));
    }

    private boolean held(Run run) {
      Modelled task = modelled(run.task().id());
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
          ended(run.task().id(), TaskState.SUCCEEDED);
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
      expected.forEach(lease -> modelled(lease.task()).state = TaskState.SUCCEEDED);
      expected.forEach(lease -> release(lease.task()));
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
          modelled(run.task().id()).state = TaskState.SCHEDULED;
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
          ended(run.task().id(), state);
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
          modelled(run.task().id()).uncounted(TaskState.QUEUED);
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
          modelled(run.task().id()).uncounted(TaskState.SCHEDULED);
          seen("snooze");
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
            servers.database.read(
                handle -> UnfinishedRuns.park(handle, run.lease(), build, FAILURE));
        assertThat(written).isEqualTo(expected);
        if (expected) {
          Modelled task = modelled(run.task().id());
          task.uncounted(TaskState.PARKED);
          task.refusedBy.add(build);
          seen("park");
        }
      }
    }

    /** The one worker of the queue knows one type. */
    private void parkUnknown() {
      done.add("park unknown");
      parking(BUILD).park(Duration.ZERO);
      model.values().stream()
          .filter(task -> task.state == TaskState.QUEUED && !task.type.equals(KNOWN))
          .forEach(task -> {
            task.state = TaskState.PARKED;
            seen("park unknown");
          });
    }

    private void unpark() {
      String build = random.nextBoolean() ? BUILD : "other";
      done.add("unpark by " + build);
      parking(build).unpark();
      model.values().stream()
          .filter(task -> task.state == TaskState.PARKED && task.type.equals(KNOWN))
          .filter(task -> !task.refusedBy.contains(build))
          .forEach(task -> {
            task.state = TaskState.QUEUED;
            seen("unpark");
          });
    }

    private Parking parking(String build) {
      return new Parking(
          servers.database, servers.queue.hints(), settings.withBuild(build), List.of(KNOWN));
    }

    /** The time of one is over; whatever has not begun is cancelled. */
    private void expire() {
      List<TaskId> some = model.keySet().stream().filter(id -> modelled(id).expires).toList();
      if (!some.isEmpty()) {
        TaskId id = some.get(random.nextInt(some.size()));
        servers.sql(
            "update tasks set expires_at = skein_now() - interval '1 s' where id = '" + id + "'");
        modelled(id).expired = true;
        done.add("expire " + id);
      }
      new Expiry(servers.database, servers.queue.hints()).pass();
      List<TaskId> late =
          model.keySet().stream()
              .filter(id -> {
                Modelled task = modelled(id);
                return task.expired
                    && !task.started
                    && task.crashes < 2
                    && task.state.live()
                    && task.state != TaskState.RUNNING;
              })
              .toList();
      late.forEach(id -> modelled(id).state = TaskState.CANCELLED);
      late.forEach(this::release);
      late.forEach(id -> seen("expire"));
    }

    /** As an operator does. */
    private void retryEnded() {
      List<TaskId> some =
          model.keySet().stream()
              .filter(id -> BulkAction.RETRY.from().contains(modelled(id).state))
              .toList();
      if (some.isEmpty()) {
        return;
      }
      TaskId id = some.get(random.nextInt(some.size()));
      Modelled task = modelled(id);
      done.add("retry ended " + id);
      TaskId live = liveWith(task.unique, task.type);
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
        seen("retry ended");
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
        Modelled task = modelled(run.task().id());
        if (task.started && task.crashes >= 2) {
          task.crashes++;
          ended(run.task().id(), TaskState.DEAD);
          seen("end poison");
        } else {
          task.uncounted(TaskState.QUEUED);
          task.crashes += task.started ? 1 : 0;
          seen("crash");
        }
      }
    }

    private @Nullable Run aSuspectUnderWay() {
      return runs.stream()
          .filter(run -> held(run) && modelled(run.task().id()).crashes >= 2)
          .findAny()
          .orElseGet(this::anyRun);
    }

    private void cancel() {
      if (!model.isEmpty()) {
        TaskId id = List.copyOf(model.keySet()).get(random.nextInt(model.size()));
        done.add("cancel " + id);
        boolean expected = modelled(id).state.live();
        boolean cancelled = servers.database.inTransaction(tx -> servers.queue.cancel(tx, id));
        assertThat(cancelled).isEqualTo(expected);
        if (expected) {
          modelled(id).lease++;
          ended(id, TaskState.CANCELLED);
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
      model.values().stream()
          .filter(task -> task.state == TaskState.SCHEDULED)
          .forEach(task -> task.state = TaskState.QUEUED);
    }

    private void ended(TaskId id, TaskState state) {
      modelled(id).state = state;
      release(id);
    }

    private void release(TaskId ended) {
      TaskState end = modelled(ended).state;
      model.forEach((id, waiting) -> {
        if (waiting.needs.remove(ended) && waiting.state == TaskState.WAITING) {
          waiting.waitsFor--;
          if (end != TaskState.SUCCEEDED && !waiting.onEnd) {
            ended(id, TaskState.CANCELLED);
          } else if (waiting.waitsFor == 0) {
            waiting.state = TaskState.QUEUED;
          }
        }
      });
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
                          + (row.getString("state").equals("waiting")
                              ? row.getInt("waits_for")
                              : 0)))
              .list());
      Map<TaskId, String> expected = new HashMap<>();
      model.forEach((id, task) -> {
        if (task.state != TaskState.WAITING) {
          task.waitsFor = 0;
        }
        expected.put(id, task.toString());
      });
      assertThat(stored).as("after %s", done).isEqualTo(expected);
    }
  }
}
