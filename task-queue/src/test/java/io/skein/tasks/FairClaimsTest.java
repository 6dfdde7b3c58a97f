package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whose turn it is, and how much may run at once. */
final class FairClaimsTest {
  private static final Duration TERM = Duration.ofSeconds(15);
  private static Servers servers;
  private static FinishedRuns finished;
  private String queue = "";
  private FairClaims claims;

  @BeforeAll
  static void open() {
    servers = Servers.fresh();
    finished = new FinishedRuns(servers.queue.hints());
  }

  @AfterAll
  static void close() throws Exception {
    servers.close();
  }

  @BeforeEach
  void newQueue() {
    queue = "q-" + UUID.randomUUID();
    claims = claims("w");
  }

  @Test
  void tenantsTakeTurnsHoweverMuchOneOfThemHas() {
    enqueue("big", 500);
    enqueue("small", 1);
    enqueue(null, 3);
    assertThat(tenants(claims.claim(queue, FairClaims.Levels.ALL, 6)))
        .containsOnly(Map.entry("big", 2L), Map.entry("small", 1L), Map.entry("none", 2L));
    enqueue("late", 1);
    List<String> turns = new ArrayList<>();
    for (int n = 0; n < 6; n++) {
      turns.addAll(tenants(claims.claim(queue, FairClaims.Levels.ALL, 1)).keySet());
    }
    assertThat(turns).hasSize(6).contains("late", "none", "big");
  }

  @Test
  void withinATenantThePriorityCountsThenWhoIsDueLonger() {
    NewTask task = NewTask.of(queue, "count", "{}").withTenant("t");
    TaskId low = servers.queue.enqueue(task.withPriority(Priority.LOW));
    TaskId first = servers.queue.enqueue(task);
    TaskId second = servers.queue.enqueue(task);
    TaskId high = servers.queue.enqueue(task.withPriority(Priority.HIGH));
    assertThat(ids(claims.claim(queue, FairClaims.Levels.only(Priority.LOW), 1)))
        .containsExactly(low);
    assertThat(ids(claims.claim(queue, FairClaims.Levels.ALL, 2))).containsExactly(high, first);
    assertThat(ids(claims.claim(queue, FairClaims.Levels.ALL, 2))).containsExactly(second);
  }

  @Test
  void tenantsOfWhomNothingCanRunHereAreNoObstacle() {
    for (int tenant = 0; tenant < 40; tenant++) {
      servers.queue.enqueue(NewTask.of(queue, "unknown", "{}").withTenant("t" + tenant));
    }
    enqueue("z", 1);
    List<Run> runs = new ArrayList<>();
    for (int n = 0; n < 4 && runs.isEmpty(); n++) {
      runs.addAll(claims.claim(queue, FairClaims.Levels.ALL, 1));
    }
    assertThat(tenants(runs)).containsOnlyKeys("z");
  }

  @Test
  void aClaimGoesOnBehindTheLastAndTheNextFromTheStartFindsWhatCameBefore() {
    enqueue("a", 30);
    enqueue("b", 30);
    List<Run> first = claims.claim(queue, FairClaims.Levels.ALL, 10);
    List<Run> second = claims.goOn(queue, 10);
    assertThat(tenants(second)).containsOnly(Map.entry("a", 5L), Map.entry("b", 5L));
    assertThat(ids(second)).doesNotContainAnyElementsOf(ids(first));
    enqueue("c", 1);
    NewTask task = NewTask.of(queue, "count", "{}").withTenant("a");
    TaskId urgent = servers.queue.enqueue(task.withPriority(Priority.HIGH));
    assertThat(ids(claims.goOn(queue, 10))).doesNotContain(urgent);
    List<Run> third = claims.claim(queue, FairClaims.Levels.ALL, 10);
    assertThat(ids(third)).contains(urgent);
    assertThat(tenants(third)).containsKey("c");
    servers.queue.queues().pause(queue);
    assertThat(claims.goOn(queue, 10)).isEmpty();
  }

  /**
   * Else the few that had their turn would have the next ones too, until a claim from the start.
   */
  @Test
  void withMoreTenantsThanSlotsEachHasATurnBeforeOneHasTwo() {
    for (int tenant = 0; tenant < 40; tenant++) {
      enqueue("t" + tenant, 5);
    }
    List<Run> runs = new ArrayList<>();
    while (runs.size() < 40) {
      List<Run> gone = claims.goOn(queue, 4);
      runs.addAll(gone.isEmpty() ? claims.claim(queue, FairClaims.Levels.ALL, 4) : gone);
    }
    assertThat(tenants(runs)).hasSize(40);
  }

  @Test
  void goingOnWithFewerSlotsThanTenantsIsATurnForTheNext() {
    enqueue("a", 30);
    enqueue("b", 30);
    claims.claim(queue, FairClaims.Levels.ALL, 10);
    assertThat(claims.goOn(queue, 1)).isEmpty();
  }

  @Test
  void aPausedQueueStartsNothingUntilItIsResumed() {
    enqueue("t", 3);
    TaskId hinted = servers.queue.enqueue(NewTask.of(queue, "count", "{}"));
    servers.queue.queues().pause(queue);
    assertThat(claims.claim(queue, FairClaims.Levels.ALL, 10)).isEmpty();
    assertThat(hinted(hinted)).isEmpty();
    QueueStatus status = servers.queue.queues().find(queue).orElseThrow();
    assertThat(status.pausedAt()).isNotNull();
    assertThat(status.count(TaskState.QUEUED)).isEqualTo(4);
    servers.queue.queues().resume(queue);
    assertThat(hinted(hinted)).hasSize(1);
    assertThat(claims.claim(queue, FairClaims.Levels.ALL, 10)).hasSize(3);
  }

  @Test
  void limitsHoldOverAllWorkersAtOnce() throws Exception {
    servers.queue.queues().limit(queue, QueueLimits.NONE.withMaxRunning(12).withMaxPerTenant(5));
    for (String tenant : List.of("a", "b", "c", "d")) {
      enqueue(tenant, 50);
    }
    List<Run> runs = claimFromEightAtOnce(4);
    assertThat(runs).hasSize(12);
    assertThat(tenants(runs).values()).allMatch(count -> count <= 5);
    complete(runs.subList(0, 7));
    assertThat(claimFromEightAtOnce(4)).hasSize(7);
    assertThat(hinted(servers.queue.enqueue(NewTask.of(queue, "count", "{}")))).isEmpty();
  }

  @Test
  void ofAConcurrencyKeyOnlySoManyRunAtOnceAndTheOthersGoOn() throws Exception {
    servers.queue.queues().limit(queue, QueueLimits.NONE.withMaxPerKey(1));
    NewTask task = NewTask.of(queue, "count", "{}");
    List<NewTask> tasks = new ArrayList<>();
    IntStream.range(0, 60).forEach(i -> tasks.add(task.withConcurrencyKey("busy")));
    IntStream.range(0, 5).forEach(i -> tasks.add(task.withConcurrencyKey("key-" + i)));
    tasks.add(task);
    servers.database.useTransaction(tx -> servers.queue.enqueue(tx, tasks));
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
    servers.queue.queues().limit(queue, QueueLimits.NONE.withRate(10, Duration.ofHours(1)));
    enqueue("t", 40);
    assertThat(claims.claim(queue, FairClaims.Levels.ALL, 30)).hasSize(10);
    assertThat(claims.claim(queue, FairClaims.Levels.ALL, 30)).isEmpty();
    servers.sql(
        "update task_queues set rate_next = rate_next - interval '13 minutes' where queue = '"
            + queue
            + "'");
    assertThat(claims.claim(queue, FairClaims.Levels.ALL, 30)).hasSize(2);
    servers.queue.queues().limit(queue, QueueLimits.NONE);
    assertThat(claims.claim(queue, FairClaims.Levels.ALL, 100)).hasSize(28);
  }

  private List<Run> claimFromEightAtOnce(int most) throws Exception {
    List<Callable<List<Run>>> workers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      FairClaims own = claims("w" + i);
      workers.add(() -> own.claim(queue, FairClaims.Levels.ALL, most));
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
    servers.database.useTransaction(tx ->
        assertThat(
                finished.completeAll(
                    tx,
                    runs.stream()
                        .map(run -> new FinishedRuns.Completion(run.lease(), null, null))
                        .toList()))
            .hasSize(runs.size()));
  }

  private void enqueue(@Nullable String tenant, int count) {
    NewTask task = NewTask.of(queue, "count", "{}");
    NewTask of = tenant == null ? task : task.withTenant(tenant);
    List<NewTask> tasks = IntStream.range(0, count).mapToObj(i -> of).toList();
    servers.database.useTransaction(tx -> servers.queue.enqueue(tx, tasks));
  }

  private List<Run> hinted(TaskId task) {
    ClaimStatements statements =
        new ClaimStatements("h", List.of(queue), Set.of("count"), "b", TERM);
    return servers.database.read(handle -> statements.hinted(handle, List.of(task)));
  }

  private FairClaims claims(String worker) {
    return new FairClaims(
        servers.database, new ClaimStatements(worker, List.of(queue), Set.of("count"), "b", TERM));
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
