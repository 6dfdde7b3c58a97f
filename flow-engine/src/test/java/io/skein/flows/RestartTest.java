package io.skein.flows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.events.Sequence;
import io.skein.events.StoredEvent;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** {@code a → (b ∥ c) → d}, done again from one of its phases, on real servers and a worker. */
class RestartTest {
  private static final Owner OWNER = new Owner("acme", "plant-7");

  private final Script script = new Script();
  private FlowStack stack = stackOf(script);

  @BeforeEach
  void work() {
    stack.startWorker();
  }

  @AfterEach
  void stop() throws Exception {
    script.holds.values().forEach(CountDownLatch::countDown);
    stack.close();
  }

  @Test
  void aPhaseAndAllThatBuildOnItAreDoneAgain() throws Exception {
    script.batches.put("b", 3);
    script.fails.add("d/1");
    FlowId flow = begin();
    awaitStatus(flow, FlowStatus.FAILED);
    assertThat(restart(flow, "b")).isInstanceOf(CommandOutcome.Done.class);
    awaitStatus(flow, FlowStatus.COMPLETED);
    assertThat(find(flow).error()).isNull();
    assertThat(find(flow).phases())
        .extracting(PhaseState::run)
        .as("a, b, c, d")
        .containsExactly(1, 2, 1, 2);
    assertThat(script.undone).containsExactly("b", "d");
    assertThat(script.committed.keySet())
        .containsExactlyInAnyOrder(
            "a/1",
            "b/1",
            "b/2",
            "c/1",
            "d/2", //
            "b/1/unit-0",
            "b/1/unit-1",
            "b/1/unit-2",
            "b/2/unit-0",
            "b/2/unit-1",
            "b/2/unit-2");
    assertThat(script.committed.values()).allSatisfy(times -> assertThat(times).hasValue(1));
    StoredEvent told = events(flow, "flow_restarted").getFirst();
    assertThat(told.phase()).isEqualTo("b");
    assertThat(stack.json.readTree(told.payloadJson()).toString())
        .isEqualTo("{\"phases\":[\"b\",\"d\"]}");
  }

  @Test
  void theStateIsThatOfAFlowWhichCameOnlySoFar() throws Exception {
    script.batches.put("b", 2);
    script.hold("b/2/unit-0");
    script.hold("b/2/unit-1");
    script.fails.add("d/1");
    FlowId flow = begin();
    awaitStatus(flow, FlowStatus.FAILED);
    restart(flow, "b");
    Flow restarted = find(flow);
    assertThat(restarted.status()).isEqualTo(FlowStatus.RUNNING);
    assertThat(restarted.progress()).isEqualTo(50);
    assertThat(restarted.phase("b").status()).isEqualTo(PhaseStatus.RUNNING);
    assertThat(restarted.phase("b").unitsDone()).isZero();
    assertThat(restarted.phase("c").status()).isEqualTo(PhaseStatus.COMPLETED);
    assertThat(restarted.phase("d").status()).isEqualTo(PhaseStatus.PENDING);
    assertThat(restarted.phase("d").startedAt()).isNull();
    script.release("b/2/unit-0");
    script.release("b/2/unit-1");
    awaitStatus(flow, FlowStatus.COMPLETED);
  }

  @Test
  void whatStillWorksOnAnEarlierRunWritesNothing() throws Exception {
    script.hold("b/1");
    FlowId flow = begin();
    script.awaitHeld("b/1");
    assertThat(restart(flow, "a")).isInstanceOf(CommandOutcome.Done.class);
    awaitStatus(flow, FlowStatus.COMPLETED);
    script.release("b/1");
    stack.close();
    assertThat(script.committed).containsKeys("a/2", "b/2", "d/1").doesNotContainKey("b/1");
  }

  @Test
  void aPhaseBesideGoesOnAfterWhatItCommitted() throws Exception {
    script.batches.put("c", 3);
    script.hold("c/1/unit-1");
    FlowId flow = begin();
    script.awaitHeld("c/1/unit-1");
    await().until(() -> find(flow).phase("b").status() == PhaseStatus.COMPLETED);
    await().until(() -> find(flow).phase("c").unitsDone() == 2);
    assertThat(restart(flow, "b")).isInstanceOf(CommandOutcome.Done.class);
    script.release("c/1/unit-1");
    awaitStatus(flow, FlowStatus.COMPLETED);
    assertThat(find(flow).phase("c").run()).isEqualTo(1);
    assertThat(script.committed.get("c/1/unit-0")).hasValue(1);
    assertThat(script.committed.get("c/1/unit-1")).hasValue(1);
    assertThat(script.committed.get("c/1/unit-2")).hasValue(1);
  }

  @Test
  void aPhaseBesideThatFailedIsRetriedWithIt() throws Exception {
    script.fails.add("c/1");
    FlowId flow = begin();
    awaitStatus(flow, FlowStatus.FAILED);
    await().until(() -> find(flow).phase("b").status() == PhaseStatus.COMPLETED);
    assertThat(restart(flow, "b")).isInstanceOf(CommandOutcome.Done.class);
    awaitStatus(flow, FlowStatus.COMPLETED);
    assertThat(find(flow).phase("c").run()).isEqualTo(2);
  }

  @Test
  void aPausedFlowRunsAndOneThatWaitsAsksAnew() throws Exception {
    script.asks.add("a");
    FlowId flow = begin();
    awaitStatus(flow, FlowStatus.WAITING_FOR_USER);
    assertThat(restart(flow, "a")).isInstanceOf(CommandOutcome.Done.class);
    assertThat(find(flow).approval()).isNull();
    awaitStatus(flow, FlowStatus.WAITING_FOR_USER);
    assertThat(events(flow, "approval_requested")).hasSize(2);
    script.hold("b/1");
    commands().approve(request(flow), stack.json.createObjectNode());
    script.awaitHeld("b/1");
    assertThat(commands().pause(request(flow))).isInstanceOf(CommandOutcome.Done.class);
    assertThat(restart(flow, "b")).isInstanceOf(CommandOutcome.Done.class);
    assertThat(find(flow).status()).isEqualTo(FlowStatus.RUNNING);
    awaitStatus(flow, FlowStatus.COMPLETED);
  }

  @Test
  void whatCannotBeRestartedIsRefusedAndLeftAlone() throws Exception {
    script.hold("b/1");
    FlowId flow = begin();
    script.awaitHeld("b/1");
    await().until(() -> find(flow).phase("c").status() == PhaseStatus.COMPLETED);
    long version = find(flow).version();
    assertThat(restart(flow, "nowhere"))
        .isEqualTo(new CommandOutcome.Invalid("The flow has no such phase; it has a, b, c, d."));
    assertThat(restart(flow, "d"))
        .isEqualTo(
            new CommandOutcome.Refused("the phase d has not begun; restart from one that has"));
    CommandRequest stale =
        new CommandRequest(OWNER, flow, "ann", new CommandRequest.Version(null, version - 1), null);
    assertThat(commands().restart(stale, "a")).isInstanceOf(CommandOutcome.Stale.class);
    assertThat(find(flow).version()).isEqualTo(version);
    script.release("b/1");
    awaitStatus(flow, FlowStatus.COMPLETED);
    assertThat(restart(flow, "a")).isInstanceOf(CommandOutcome.Refused.class);
    assertThat(script.undone).isEmpty();
    assertThat(events(flow, "flow_restarted")).isEmpty();
  }

  @Test
  void aRepeatedRequestRestartsOnce() throws Exception {
    script.fails.add("d/1");
    FlowId flow = begin();
    awaitStatus(flow, FlowStatus.FAILED);
    CommandRequest keyed =
        new CommandRequest(
            OWNER, flow, "ann", null, new CommandRequest.IdempotencyKey("once", "hash"));
    CommandOutcome first = commands().restart(keyed, "a");
    assertThat(first).isInstanceOf(CommandOutcome.Done.class);
    assertThat(commands().restart(keyed, "a")).isEqualTo(first);
    awaitStatus(flow, FlowStatus.COMPLETED);
    assertThat(find(flow).phase("a").run()).isEqualTo(2);
  }

  private FlowId begin() {
    CommandOutcome.Done done =
        (CommandOutcome.Done)
            stack.engine.create(
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
    return FlowId.parse(stack.json.readTree(done.flow()).get("flowId").asString());
  }

  private CommandOutcome restart(FlowId flow, String phase) throws InterruptedException {
    return commands().restart(request(flow), phase);
  }

  private FlowCommands commands() {
    return stack.engine.commands();
  }

  private Flow find(FlowId id) {
    return stack.engine.find(OWNER, id).orElseThrow();
  }

  private void awaitStatus(FlowId flow, FlowStatus status) {
    await().atMost(Duration.ofSeconds(60)).until(() -> find(flow).status() == status);
  }

  private List<StoredEvent> events(FlowId flow, String type) {
    return stack.events.journal().read(flow.stream(), new Sequence(0), 1_000).stream()
        .filter(event -> event.type().equals(type))
        .toList();
  }

  private static CommandRequest request(FlowId flow) {
    return new CommandRequest(OWNER, flow, "ann", null, null);
  }

  private static FlowStack stackOf(DiamondFlow.Work work) {
    return new FlowStack(
        List.of(new DiamondFlow(Duration.ofMinutes(5), environment -> work)), StepListener.NONE);
  }

  /** What the phases do, by {@code phase/run} or {@code phase/run/unit}, and what they did. */
  private static final class Script implements DiamondFlow.Work {
    final Map<String, Integer> batches = new ConcurrentHashMap<>();
    final List<String> fails = new CopyOnWriteArrayList<>();
    final List<String> asks = new CopyOnWriteArrayList<>();
    final Map<String, CountDownLatch> holds = new ConcurrentHashMap<>();
    final Map<String, CountDownLatch> arrivals = new ConcurrentHashMap<>();
    final Map<String, AtomicInteger> committed = new ConcurrentHashMap<>();
    final List<String> undone = new CopyOnWriteArrayList<>();

    void hold(String step) {
      arrivals.put(step, new CountDownLatch(1));
      holds.put(step, new CountDownLatch(1));
    }

    void awaitHeld(String step) throws InterruptedException {
      arrivals.getOrDefault(step, new CountDownLatch(0)).await();
    }

    void release(String step) {
      holds.getOrDefault(step, new CountDownLatch(0)).countDown();
    }

    @Override
    public int batches(String phase) {
      return batches.getOrDefault(phase, 0);
    }

    @Override
    public Effect batch(PhaseRun run, String unit) throws Exception {
      return step(name(run) + "/" + unit);
    }

    @Override
    public Effect finish(PhaseRun run) throws Exception {
      return step(name(run));
    }

    @Override
    public Effect undo(String phase) {
      return transaction -> transaction.afterCommit(() -> undone.add(phase));
    }

    @Override
    public @Nullable JsonNode question(String phase) {
      return asks.contains(phase) ? JsonNodeFactory.instance.objectNode() : null;
    }

    private Effect step(String step) throws Exception {
      CountDownLatch hold = holds.get(step);
      if (hold != null) {
        arrivals.getOrDefault(step, new CountDownLatch(1)).countDown();
        hold.await();
      }
      if (fails.contains(step)) {
        throw new PhaseFailedException("as the script says");
      }
      return transaction ->
          transaction.afterCommit(
              () -> committed.computeIfAbsent(step, s -> new AtomicInteger()).incrementAndGet());
    }

    private static String name(PhaseRun run) {
      return run.phase().phase() + "/" + run.phase().run();
    }
  }
}
