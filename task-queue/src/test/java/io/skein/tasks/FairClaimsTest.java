package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whose turn it is, and how much may run at once. */
final class FairClaimsTest {
  private static final Duration TERM = Duration.ofSeconds(15);
  @RegisterExtension static final TestQueue queue = TestQueue.fresh();
  private static FinishedRuns finished;
  private FairClaims claims;

  @BeforeAll
  static void open() {
    finished = new FinishedRuns(queue.hints());
  }

  @BeforeEach
  void newQueue() {
    claims = claims("w");
  }

  @Test
  void tenantsTakeTurnsHoweverMuchOneOfThemHas() {
    queue.enqueue(500, queue.task("count").withTenant("big"));
    queue.enqueue(1, queue.task("count").withTenant("small"));
    queue.enqueue(3, "count");
    assertThat(tenants(claims.claim(queue.name(), FairClaims.Levels.ALL, 6)))
        .containsOnly(Map.entry("big", 2L), Map.entry("small", 1L), Map.entry("none", 2L));
    queue.enqueue(1, queue.task("count").withTenant("late"));
    List<String> turns = new ArrayList<>();
    for (int n = 0; n < 6; n++) {
      turns.addAll(tenants(claims.claim(queue.name(), FairClaims.Levels.ALL, 1)).keySet());
    }
    assertThat(turns).hasSize(6).contains("late", "none", "big");
  }

  @Test
  void withinATenantThePriorityCountsThenWhoIsDueLonger() {
    NewTask task = queue.task("count").withTenant("t");
    TaskId low = queue.enqueue(task.withPriority(Priority.LOW));
    TaskId first = queue.enqueue(task);
    TaskId second = queue.enqueue(task);
    TaskId high = queue.enqueue(task.withPriority(Priority.HIGH));
    assertThat(ids(claims.claim(queue.name(), FairClaims.Levels.only(Priority.LOW), 1)))
        .containsExactly(low);
    assertThat(ids(claims.claim(queue.name(), FairClaims.Levels.ALL, 2)))
        .containsExactly(high, first);
    assertThat(ids(claims.claim(queue.name(), FairClaims.Levels.ALL, 2))).containsExactly(second);
  }

  @Test
  void tenantsOfWhomNothingCanRunHereAreNoObstacle() {
    for (int tenant = 0; tenant < 40; tenant++) {
      queue.enqueue(queue.task("unknown").withTenant("t" + tenant));
    }
    queue.enqueue(1, queue.task("count").withTenant("z"));
    List<Run> runs = new ArrayList<>();
    for (int n = 0; n < 4 && runs.isEmpty(); n++) {
      runs.addAll(claims.claim(queue.name(), FairClaims.Levels.ALL, 1));
    }
    assertThat(tenants(runs)).containsOnlyKeys("z");
  }

  @Test
  void aClaimGoesOnBehindTheLastAndTheNextFromTheStartFindsWhatCameBefore() {
    queue.enqueue(30, queue.task("count").withTenant("a"));
    queue.enqueue(30, queue.task("count").withTenant("b"));
    List<Run> first = claims.claim(queue.name(), FairClaims.Levels.ALL, 10);
    List<Run> second = claims.goOn(queue.name(), 10);
    assertThat(tenants(second)).containsOnly(Map.entry("a", 5L), Map.entry("b", 5L));
    assertThat(ids(second)).doesNotContainAnyElementsOf(ids(first));
    queue.enqueue(1, queue.task("count").withTenant("c"));
    NewTask task = queue.task("count").withTenant("a");
    TaskId urgent = queue.enqueue(task.withPriority(Priority.HIGH));
    assertThat(ids(claims.goOn(queue.name(), 10))).doesNotContain(urgent);
    List<Run> third = claims.claim(queue.name(), FairClaims.Levels.ALL, 10);
    assertThat(ids(third)).contains(urgent);
    assertThat(tenants(third)).containsKey("c");
    queue.tasks().queues().pause(queue.name());
    assertThat(claims.goOn(queue.name(), 10)).isEmpty();
  }

  /**
   * Else the few that had their turn would have the next ones too, until a claim from the start.
   */
  @Test
  void withMoreTenantsThanSlotsEachHasATurnBeforeOneHasTwo() {
    for (int tenant = 0; tenant < 40; tenant++) {
      queue.enqueue(5, queue.task("count").withTenant("t" + tenant));
    }
    List<Run> runs = new ArrayList<>();
    while (runs.size() < 40) {
      List<Run> gone = claims.goOn(queue.name(), 4);
      runs.addAll(gone.isEmpty() ? claims.claim(queue.name(), FairClaims.Levels.ALL, 4) : gone);
    }
    assertThat(tenants(runs)).hasSize(40);
  }

  @Test
  void goingOnWithFewerSlotsThanTenantsIsATurnForTheNext() {
    queue.enqueue(30, queue.task("count").withTenant("a"));
    queue.enqueue(30, queue.task("count").withTenant("b"));
    claims.claim(queue.name(), FairClaims.Levels.ALL, 10);
    assertThat(claims.goOn(queue.name(), 1)).isEmpty();
  }

  @Test
  void aPausedQueueStartsNothingUntilItIsResumed() {
    queue.enqueue(3, queue.task("count").withTenant("t"));
    TaskId hinted = queue.enqueue("count");
    queue.tasks().queues().pause(queue.name());
    assertThat(claims.claim(queue.name(), FairClaims.Levels.ALL, 10)).isEmpty();
    assertThat(hinted(hinted)).isEmpty();
    QueueStatus status = queue.tasks().queues().find(queue.name()).orElseThrow();
    assertThat(status.pausedAt()).isNotNull();
    assertThat(status.count(TaskState.QUEUED)).isEqualTo(4);
    queue.tasks().queues().resume(queue.name());
    assertThat(hinted(hinted)).hasSize(1);
    assertThat(claims.claim(queue.name(), FairClaims.Levels.ALL, 10)).hasSize(3);
  }

  @Test
  void limitsHoldOverAllWorkersAtOnce() throws Exception {
    queue
        .tasks()
        .queues()
        .limit(queue.name(), QueueLimits.NONE.withMaxRunning(12).withMaxPerTenant(5));
    for (String tenant : List.of("a", "b", "c", "d")) {
      queue.enqueue(50, queue.task("count").withTenant(tenant));
    }
    List<Run> runs = claimFromEightAtOnce(4);
    assertThat(runs).hasSize(12);
    assertThat(tenants(runs).values()).allMatch(count -> count <= 5);
    complete(runs.subList(0, 7));
    assertThat(claimFromEightAtOnce(4)).hasSize(7);
    assertThat(hinted(queue.enqueue("count"))).isEmpty();
  }

  @Test
  void ofAConcurrencyKeyOnlySoManyRunAtOnceAndTheOthersGoOn() throws Exception {
    queue.tasks().queues().limit(queue.name(), QueueLimits.NONE.withMaxPerKey(1));
    NewTask task = queue.task("count");
    List<NewTask> tasks = new ArrayList<>();
    IntStream.range(0, 60).forEach(i -> tasks.add(task.withConcurrencyKey("busy")));
    IntStream.range(0, 5).forEach(i -> tasks.add(task.withConcurrencyKey("key-" + i)));
    tasks.add(task);
    queue.database().useTransaction(tx -> queue.tasks().enqueue(tx, tasks));
    List<Run> runs = claimFromEightAtOnce(10);
    assertThat(runs).hasSize(7);
    assertThat(runs)
        .extracting(run -> String.valueOf(run.task().concurrencyKey()))
        .doesNotHaveDuplicates();
    Run busy =
        runs.stream()
            .filter(r -> "busy".equals(r.task().concurrencyKey()))
            .findFirst()
            .orElseThrow();
    complete(List.of(busy));
    assertThat(claimFromEightAtOnce(10)).hasSize(1);
  }

  @Test
  void aRateIsABurstOfOnePeriodThenEvenlySpread() {
    queue.tasks().queues().limit(queue.name(), QueueLimits.NONE.withRate(10, Duration.ofHours(1)));
    queue.enqueue(40, queue.task("count").withTenant("t"));
    assertThat(claims.claim(queue.name(), FairClaims.Levels.ALL, 30)).hasSize(10);
    assertThat(claims.claim(queue.name(), FairClaims.Levels.ALL, 30)).isEmpty();
    queue.sql(
        "update task_queues set rate_next = rate_next - interval '13 minutes' where queue = '"
            + queue.name()
            + "'");
    assertThat(claims.claim(queue.name(), FairClaims.Levels.ALL, 30)).hasSize(2);
    queue.tasks().queues().limit(queue.name(), QueueLimits.NONE);
    assertThat(claims.claim(queue.name(), FairClaims.Levels.ALL, 100)).hasSize(28);
  }

  private List<Run> claimFromEightAtOnce(int most) throws Exception {
    List<Callable<List<Run>>> workers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      FairClaims own = claims("w" + i);
      workers.add(() -> own.claim(queue.name(), FairClaims.Levels.ALL, most));
    }
    List<Run> runs = new ArrayList<>();
    try (var threads = Executors.newFixedThreadPool(8)) {
      for (var answer : threads.invokeAll(workers)) {
        runs.addAll(answer.get());
      }
    }
    assertThat(ids(runs)).doesNotHaveDuplicates();
    return runs;
  }

  private void complete(List<Run> runs) {
    queue
        .database()
        .useTransaction(tx ->
            assertThat(
                    finished.completeAll(
                        tx,
                        runs.stream()
                            .map(run -> new FinishedRuns.Completion(run.lease(), null, null))
                            .toList()))
                .hasSize(runs.size()));
  }

  private List<Run> hinted(TaskId task) {
    ClaimStatements statements =
        new ClaimStatements("h", List.of(queue.name()), Set.of("count"), "b", TERM);
    return queue.database().read(handle -> statements.hinted(handle, List.of(task)));
  }

  private FairClaims claims(String worker) {
    return new FairClaims(
        queue.database(),
        new ClaimStatements(worker, List.of(queue.name()), Set.of("count"), "b", TERM));
  }

  private static List<TaskId> ids(List<Run> runs) {
    return runs.stream().map(run -> run.task().id()).toList();
  }

  private static Map<String, Long> tenants(List<Run> runs) {
    return runs.stream()
        .map(run -> run.task().tenant() == null ? "none" : run.task().tenant())
        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
  }
}
