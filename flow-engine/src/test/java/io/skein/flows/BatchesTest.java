package io.skein.flows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.tasks.TaskId;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The task that closes a phase waits for the phase's batches, as any task may wait for others. */
@Timeout(180)
class BatchesTest {
  private static final Owner OWNER = new Owner("acme", "plant-7");
  private static final int MANY = Boolean.getBoolean("skein.test.full") ? 5_000 : 400;

  private final Map<String, AtomicInteger> effects = new ConcurrentHashMap<>();
  private final AtomicInteger closings = new AtomicInteger();
  private final CountDownLatch held = new CountDownLatch(1);
  private FlowStack stack = new FlowStack(List.of(DiamondFlow.idle()), StepListener.NONE);

  @AfterEach
  void stop() throws Exception {
    held.countDown();
    stack.close();
  }

  @Test
  void thousandsOfBatchesAreClosedOnce() throws Exception {
    FlowId flow = begin(new Counted(MANY));
    stack.startWorker();
    awaitStatus(flow, FlowStatus.COMPLETED);
    assertEachOnce(MANY);
    assertThat(closings).hasValue(1);
  }

  @Test
  void theClosingTaskWaitsForTheLastBatch() throws Exception {
    FlowId flow = begin(new Counted(3, "unit-1"));
    awaitEffects(2);
    assertThat(count("type = 'process_flow_phase' and state = 'waiting' and waits_for = 1"))
        .isEqualTo(1);
    assertThat(closings).hasValue(0);
    held.countDown();
    awaitStatus(flow, FlowStatus.COMPLETED);
    assertEachOnce(3);
  }

  /** Batches that were stopped have successors, for which the closing task was not waiting. */
  @Test
  void aPauseBetweenBatchesClosesThePhaseAfterAllOfThem() throws Exception {
    FlowId flow = begin(new Counted(40, "unit-0"));
    await().until(() -> effects.size() >= 3);
    assertThat(stack.engine.commands().pause(request(flow)))
        .isInstanceOf(CommandOutcome.Done.class);
    held.countDown();
    await().until(() -> count("state in ('queued', 'running', 'waiting', 'scheduled')") == 0);
    int before = effects.size();
    assertThat(before).isLessThan(40);
    assertThat(closings).hasValue(0);
    assertThat(stack.engine.commands().resume(request(flow)))
        .isInstanceOf(CommandOutcome.Done.class);
    awaitStatus(flow, FlowStatus.COMPLETED);
    assertEachOnce(40);
    assertThat(closings).hasValue(1);
  }

  /** Whatever the moment: the commands come as fast as they can. */
  @Test
  void pausesAtAnyMomentLoseNoBatchAndCloseOnce() throws Exception {
    FlowId flow = begin(new Counted(60));
    while (!stack.engine.find(OWNER, flow).orElseThrow().status().isFinal()) {
      stack.engine.commands().pause(request(flow));
      stack.engine.commands().resume(request(flow));
    }
    awaitStatus(flow, FlowStatus.COMPLETED);
    assertEachOnce(60);
    await().until(() -> count("state in ('queued', 'running', 'waiting', 'scheduled')") == 0);
  }

  @Test
  void aFailedBatchClosesNothingAndARetryHasAnotherClosingTask() throws Exception {
    FlowId flow =
        begin(
            new Counted(5) {
              @Override
              public Effect batch(PhaseRun run, String unit) throws Exception {
                if (unit.equals("unit-3") && run.phase().run() == 1) {
                  throw new PhaseFailedException("the third is rotten");
                }
                return super.batch(run, unit);
              }
            });
    awaitStatus(flow, FlowStatus.FAILED);
    await().until(() -> count("state in ('queued', 'running', 'waiting', 'scheduled')") == 0);
    assertThat(closings).hasValue(0);
    assertThat(stack.engine.commands().retry(request(flow)))
        .isInstanceOf(CommandOutcome.Done.class);
    awaitStatus(flow, FlowStatus.COMPLETED);
    assertEachOnce(5);
    assertThat(closings).hasValue(1);
  }

  /** Nobody fails the flow for it, so it must not wait for ever. */
  @Test
  void aBatchThatSomebodyCancelledIsDoneAllTheSame() throws Exception {
    FlowId flow = begin(new Counted(6, "unit-0", "unit-1", "unit-2", "unit-3", "unit-4", "unit-5"));
    await().until(() -> count("type = 'process_data_import_batch' and state = 'queued'") == 2);
    UUID queued =
        stack.database.read(handle ->
            handle
                .createQuery(
                    "select id from tasks where type = 'process_data_import_batch'"
                        + " and state = 'queued' limit 1")
                .mapTo(UUID.class)
                .one());
    boolean cancelled =
        stack.database.inTransaction(
            transaction -> stack.tasks.cancel(transaction, new TaskId(queued)));
    assertThat(cancelled).isTrue();
    held.countDown();
    awaitStatus(flow, FlowStatus.COMPLETED);
    assertEachOnce(6);
    assertThat(closings).hasValue(1);
  }

  private void assertEachOnce(int batches) {
    assertThat(effects).hasSize(batches).allSatisfy((unit, n) -> assertThat(n).hasValue(1));
  }

  private void awaitEffects(int batches) {
    await().until(() -> effects.size() == batches);
  }

  private void awaitStatus(FlowId flow, FlowStatus status) {
    await()
        .atMost(Duration.ofSeconds(150))
        .until(() -> stack.engine.find(OWNER, flow).orElseThrow().status() == status);
  }

  private long count(String where) {
    return stack.database.read(handle ->
        handle.createQuery("select count(*) from tasks where " + where).mapTo(Long.class).one());
  }

  private static CommandRequest request(FlowId flow) {
    return new CommandRequest(OWNER, flow, "ann", null, null);
  }

  private FlowId begin(DiamondFlow.Work work) throws Exception {
    stack.close();
    stack =
        new FlowStack(
            List.of(new DiamondFlow(Duration.ofMinutes(5), environment -> work)),
            StepListener.NONE);
    stack.startWorker();
    NewFlow flow =
        new NewFlow(
            OWNER,
            DiamondFlow.KIND,
            "a diamond",
            LocalDate.of(2026, 11, 22),
            "ann",
            null,
            null,
            List.of());
    CommandOutcome.Done done = (CommandOutcome.Done) stack.engine.create(flow, null);
    return FlowId.parse(stack.json.readTree(done.flow()).get("flowId").asString());
  }

  /** Phase b has batches; what commits is counted. */
  private class Counted implements DiamondFlow.Work {
    private final int batches;
    private final List<String> heldUnits;

    /**
     * @param heldUnits wait until the test lets them go
     */
    Counted(int batches, String... heldUnits) {
      this.batches = batches;
      this.heldUnits = List.of(heldUnits);
    }

    @Override
    public int batches(String phase) {
      return phase.equals("b") ? batches : 0;
    }

    @Override
    public Effect batch(PhaseRun run, String unit) throws Exception {
      if (heldUnits.contains(unit)) {
        held.await();
      }
      return transaction ->
          transaction.afterCommit(
              () -> effects.computeIfAbsent(unit, u -> new AtomicInteger()).incrementAndGet());
    }

    @Override
    public Effect finish(PhaseRun run) {
      return transaction -> {
        if (run.phase().phase().equals("b")) {
          transaction.afterCommit(closings::incrementAndGet);
        }
      };
    }
  }
}
