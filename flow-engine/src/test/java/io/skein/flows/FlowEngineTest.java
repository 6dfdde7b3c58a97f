package io.skein.flows;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.skein.events.NewEvent;
import io.skein.events.Sequence;
import io.skein.events.StoredEvent;
import io.skein.tasks.NewTask;
import io.skein.tasks.TaskId;
import io.skein.tasks.TaskState;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The engine with a kind of flow that it does not know, on real servers and a real worker. */
class FlowEngineTest {
  private static final Owner OWNER = new Owner("acme", "plant-7");
  private static final Duration LONG = Duration.ofMinutes(5);

  private @Nullable FlowStack stack;

  @AfterEach
  void stop() throws Exception {
    if (stack != null) {
      stack.close();
    }
  }

  @Test
  void anotherKindOfFlowRunsToItsEnd() {
    FlowId flow = begin(LONG, new DiamondFlow.Work() {});
    awaitStatus(flow, FlowStatus.COMPLETED);
    assertThat(find(flow).progress()).isEqualTo(100);
    assertThat(types(flow)).startsWith("flow_created").endsWith("flow_completed");
  }

  @Test
  void aFailedPhaseIsRetriedAndKeepsTheUnitsThatAreDone() throws Exception {
    Map<String, AtomicInteger> entries = new ConcurrentHashMap<>();
    FlowId flow =
        begin(
            LONG,
            new DiamondFlow.Work() {
              @Override
              public int batches(String phase) {
                return phase.equals("b") ? 3 : 0;
              }

              @Override
              public Effect batch(PhaseRun run, String unit) {
                entries.computeIfAbsent(unit, u -> new AtomicInteger()).incrementAndGet();
                return Effect.NOTHING;
              }

              @Override
              public Effect finish(PhaseRun run) throws Exception {
                if (run.phase().phase().equals("b") && run.phase().run() == 1) {
                  throw new PhaseFailedException("the moon is in the wrong house");
                }
                return Effect.NOTHING;
              }
            });
    awaitStatus(flow, FlowStatus.FAILED);
    Flow.FlowError error = find(flow).error();
    assertThat(error).isNotNull();
    assertThat(error.phase()).isEqualTo("b");
    assertThat(error.reason()).contains("the moon is in the wrong house");
    assertThat(commands().retry(request(flow))).isInstanceOf(CommandOutcome.Done.class);
    awaitStatus(flow, FlowStatus.COMPLETED);
    assertThat(find(flow).error()).isNull();
    assertThat(find(flow).phase("b").run()).isEqualTo(2);
    assertThat(entries).hasSize(3).allSatisfy((unit, n) -> assertThat(n).hasValue(1));
  }

  @Test
  void aRunThatKeepsFailingIsToldEachTimeAndAtTheEndToPeople() {
    FlowId flow =
        begin(
            LONG,
            new DiamondFlow.Work() {
              @Override
              public Effect finish(PhaseRun run) {
                if (run.phase().phase().equals("b")) {
                  throw new IllegalStateException("a handler with a mistake");
                }
                return Effect.NOTHING;
              }
            });
    for (int attempt = 1; attempt < 4; attempt++) {
      int told = attempt;
      await().atMost(Duration.ofSeconds(20)).until(() -> retries(flow).size() == told);
      assertThat(retries(flow).getLast().get("attempt").asInt()).isEqualTo(attempt);
      assertThat(retries(flow).getLast().get("attempts").asInt()).isEqualTo(4);
      assertThat(find(flow).status()).isEqualTo(FlowStatus.RUNNING);
      stack()
          .database
          .read(handle ->
              handle.execute("update tasks set run_at = skein_now() where state = 'scheduled'"));
    }
    awaitStatus(flow, FlowStatus.FAILED);
    String reason = requireNonNull(find(flow).error()).reason();
    assertThat(reason)
        .contains("workers' logs", "a handler with a mistake", "retry the flow")
        .doesNotContain("\n");
    assertThat(retries(flow)).hasSize(3);
  }

  private List<JsonNode> retries(FlowId flow) {
    return stack().events.journal().read(flow.stream(), new Sequence(0), 1_000).stream()
        .filter(event -> event.type().equals("phase_retrying"))
        .map(event -> stack().json.readTree(event.payloadJson()))
        .toList();
  }

  @Test
  void anAnswerIsRefusedOrTakenAndTheFlowGoesOn() throws Exception {
    JsonMapper json = JsonMapper.builder().build();
    FlowId flow =
        begin(
            LONG,
            new DiamondFlow.Work() {
              @Override
              public @Nullable JsonNode question(String phase) {
                return phase.equals("a") ? json.createObjectNode().put("agreed", "?") : null;
              }
            });
    awaitStatus(flow, FlowStatus.WAITING_FOR_USER);
    long waiting = find(flow).version();
    assertThat(commands().approve(request(flow), json.createObjectNode().put("no", 1)))
        .isEqualTo(new CommandOutcome.Invalid("only yes will do"));
    assertThat(find(flow).version()).isEqualTo(waiting);
    assertThat(commands().approve(request(flow), json.createObjectNode()))
        .isInstanceOf(CommandOutcome.Done.class);
    awaitStatus(flow, FlowStatus.COMPLETED);
    assertThat(find(flow).phase("a").summary().get("answered").asBoolean()).isTrue();
    assertThat(types(flow)).containsOnlyOnce("approval_requested", "agreed");
  }

  @Test
  void cancelClosesTheStreamAndOvertakesWhatStillRuns() throws Exception {
    CountDownLatch working = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicInteger effects = new AtomicInteger();
    FlowId flow =
        begin(
            LONG,
            new DiamondFlow.Work() {
              @Override
              public Effect finish(PhaseRun run) throws Exception {
                working.countDown();
                goOn.await();
                return transaction -> effects.incrementAndGet();
              }
            });
    working.await();
    assertThat(commands().cancel(request(flow))).isInstanceOf(CommandOutcome.Done.class);
    goOn.countDown();
    FlowStack open = stack();
    assertThatThrownBy(() ->
            open.database.useTransaction(transaction ->
                open.events
                    .journal()
                    .append(
                        transaction,
                        flow.stream(),
                        List.of(new NewEvent("late", null, "{}", "test", null, null, true)))))
        .isInstanceOf(RuntimeException.class);
    stack().close();
    stack = null;
    assertThat(effects).hasValue(0);
  }

  @Test
  void aTaskOfAnEarlierRunWritesNothing() {
    FlowId flow = begin(LONG, new DiamondFlow.Work() {});
    awaitStatus(flow, FlowStatus.COMPLETED);
    PhaseTask overtaken = new PhaseTask(flow, "a", 1, null);
    assertThat(PhaseSteps.standing(find(flow), overtaken).wanted()).isFalse();
    int before = types(flow).size();
    TaskId task =
        stack()
            .tasks
            .enqueue(
                NewTask.of(FlowEngine.queue(), FlowTasks.PHASE, overtaken.payload(stack().json)));
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> stack().tasks.find(task).orElseThrow().state() == TaskState.SUCCEEDED);
    assertThat(types(flow)).hasSize(before);
  }

  @Test
  void aPhasePastItsTimeLimitIsInterruptedAndCanBeRetried() throws Exception {
    FlowId flow =
        begin(
            Duration.ofSeconds(4),
            new DiamondFlow.Work() {
              @Override
              public Effect finish(PhaseRun run) throws Exception {
                if (run.phase().phase().equals("b") && run.phase().run() == 1) {
                  new CountDownLatch(1).await();
                }
                return Effect.NOTHING;
              }
            });
    failsForItsTimeLimit(flow);
    assertThat(commands().retry(request(flow))).isInstanceOf(CommandOutcome.Done.class);
    awaitStatus(flow, FlowStatus.COMPLETED);
  }

  @Test
  void aPlannedPhasePastItsTimeLimitKeepsTheBatchesThatAreDone() throws Exception {
    Map<String, AtomicInteger> committed = new ConcurrentHashMap<>();
    AtomicInteger begun = new AtomicInteger();
    FlowId flow =
        begin(
            Duration.ofSeconds(4),
            new DiamondFlow.Work() {
              @Override
              public int batches(String phase) {
                return phase.equals("b") ? 12 : 0;
              }

              @Override
              public Effect batch(PhaseRun run, String unit) throws Exception {
                if (begun.incrementAndGet() > 6 && run.phase().run() == 1) {
                  new CountDownLatch(1).await();
                }
                return transaction ->
                    transaction.afterCommit(() ->
                        committed
                            .computeIfAbsent(unit, u -> new AtomicInteger())
                            .incrementAndGet());
              }
            });
    failsForItsTimeLimit(flow);
    assertThat(committed).hasSize(6);
    assertThat(commands().retry(request(flow))).isInstanceOf(CommandOutcome.Done.class);
    awaitStatus(flow, FlowStatus.COMPLETED);
    assertThat(committed).hasSize(12).allSatisfy((unit, n) -> assertThat(n).hasValue(1));
  }

  private void failsForItsTimeLimit(FlowId flow) {
    awaitStatus(flow, FlowStatus.FAILED);
    Flow.FlowError error = requireNonNull(find(flow).error());
    assertThat(error.phase()).isEqualTo("b");
    assertThat(error.reason()).isEqualTo(PhaseSteps.LATE);
    assertThat(types(flow)).containsOnlyOnce("phase_failed", "flow_failed");
  }

  private FlowId begin(Duration limitOfB, DiamondFlow.Work work) {
    FlowStack started =
        new FlowStack(
            List.of(new DiamondFlow(LONG, limitOfB, environment -> work)), StepListener.NONE);
    stack = started;
    started.startWorker();
    CommandOutcome.Done done =
        (CommandOutcome.Done)
            started.engine.create(
                new NewFlow(
                    OWNER,
                    DiamondFlow.KIND,
                    "a diamond",
                    LocalDate.of(2026, 11, 22),
                    "ann",
                    null,
                    null,
                    List.of()),
                null);
    return FlowId.parse(started.json.readTree(done.flow()).get("flowId").asString());
  }

  private void awaitStatus(FlowId flow, FlowStatus status) {
    await().atMost(Duration.ofSeconds(60)).until(() -> find(flow).status() == status);
  }

  private Flow find(FlowId id) {
    return stack().engine.find(OWNER, id).orElseThrow();
  }

  private FlowCommands commands() {
    return stack().engine.commands();
  }

  private FlowStack stack() {
    return requireNonNull(stack);
  }

  private List<String> types(FlowId flow) {
    return stack().events.journal().read(flow.stream(), new Sequence(0), 1_000).stream()
        .map(StoredEvent::type)
        .toList();
  }

  private static CommandRequest request(FlowId flow) {
    return new CommandRequest(OWNER, flow, "ann", null, null);
  }
}
