package io.skein.flows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.events.Sequence;
import io.skein.events.StoredEvent;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Users who pause, resume, retry and cancel at random while two workers run the phases: nothing
 * runs twice at once, no effect counts twice, and every flow can still be brought to its end.
 */
class CommandStormTest {
  private static final Owner OWNER = new Owner("acme", "plant-7");
  private static final int FLOWS = 12;
  private static final int USERS = 3;
  private static final int COMMANDS_EACH = 8;
  private static final int BATCHES = 3;

  private final Set<String> entered = ConcurrentHashMap.newKeySet();
  private final List<String> twice = new java.util.concurrent.CopyOnWriteArrayList<>();
  private FlowStack stack;

  @BeforeEach
  void start() {
    stack =
        new FlowStack(
            List.of(new DiamondFlow(Duration.ofMinutes(5), environment -> new Watched())),
            StepListener.NONE);
    stack.database.useTransaction(transaction ->
        transaction
            .handle()
            .execute("create table ledger (flow uuid, phase text, run integer, unit text)"));
    stack.startWorker();
    stack.startWorker();
  }

  @AfterEach
  void stop() throws Exception {
    stack.close();
  }

  @Test
  void nothingRunsTwiceAndNothingIsStuck() throws Exception {
    List<FlowId> flows = new ArrayList<>();
    for (int i = 0; i < FLOWS; i++) {
      flows.add(create());
    }
    try (ExecutorService users = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int user = 0; user < USERS; user++) {
        Random random = new Random(user);
        all.add(
            users.submit(() -> {
              for (int i = 0; i < FLOWS * COMMANDS_EACH; i++) {
                command(flows.get(random.nextInt(FLOWS)), random.nextInt(60));
              }
              return true;
            }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
    for (FlowId flow : flows) {
      await().atMost(Duration.ofMinutes(2)).until(() -> ended(flow));
      requireConsistent(flow);
    }
    assertThat(twice).as("handlers entered while the same work was under way").isEmpty();
  }

  private void command(FlowId flow, int choice) throws InterruptedException {
    CommandRequest request = new CommandRequest(OWNER, flow, "ann", null, null);
    FlowCommands commands = stack.engine.commands();
    CommandOutcome outcome =
        switch (choice % 3) {
          case 0 -> commands.pause(request);
          case 1 -> commands.resume(request);
          default -> choice == 59 ? commands.cancel(request) : commands.retry(request);
        };
    assertThat(outcome)
        .isInstanceOfAny(
            CommandOutcome.Done.class, CommandOutcome.Refused.class, CommandOutcome.Busy.class);
  }

  /** What a user would do to bring a flow to its end. */
  private boolean ended(FlowId id) throws InterruptedException {
    CommandRequest request = new CommandRequest(OWNER, id, "ann", null, null);
    Flow flow = find(id);
    if (flow.status() == FlowStatus.PAUSED) {
      var outcome = stack.engine.commands().resume(request);
      assertThat(outcome).isInstanceOf(CommandOutcome.Done.class);
    } else if (flow.status() == FlowStatus.FAILED) {
      var outcome = stack.engine.commands().retry(request);
      assertThat(outcome).isInstanceOf(CommandOutcome.Done.class);
    }
    return flow.status().isFinal();
  }

  private void requireConsistent(FlowId id) {
    Flow flow = find(id);
    List<StoredEvent> events = stack.events.journal().read(id.stream(), new Sequence(0), 10_000);
    assertThat(events)
        .extracting(event -> event.id().sequence().value())
        .containsExactlyElementsOf(LongStream.rangeClosed(1, events.size()).boxed().toList());
    assertThat(events.getLast().type()).isEqualTo("flow_" + flow.status().wireName());
    assertThat(flow.version()).isEqualTo(events.size());
    for (PhaseState phase : flow.phases()) {
      assertThat(events)
          .filteredOn(e -> e.type().equals("phase_started") && phase.phase().equals(e.phase()))
          .as("starts of phase %s", phase.phase())
          .hasSizeLessThanOrEqualTo(1);
    }
    assertThat(
            count(
                "select count(*) from (select 1 from ledger where flow = :flow"
                    + " group by phase, unit having count(*) > 1) twice",
                id))
        .as("effects that count twice")
        .isZero();
    if (flow.status() == FlowStatus.COMPLETED) {
      assertThat(count("select count(*) from ledger where flow = :flow", id))
          .isEqualTo(DiamondFlow.PHASES.size() * (BATCHES + 1L));
    }
    assertThat(
            count(
                "select count(*) from tasks where flow = :flow"
                    + " and state in ('scheduled', 'queued')",
                id))
        .as("tasks left")
        .isZero();
  }

  private FlowId create() {
    CommandOutcome.Done done =
        (CommandOutcome.Done)
            stack.engine.create(
                new NewFlow(
                    OWNER,
                    DiamondFlow.KIND,
                    "a storm",
                    LocalDate.of(2026, 11, 22),
                    "ann",
                    null,
                    null,
                    List.of()),
                null);
    return FlowId.parse(stack.json.readTree(done.flow()).get("flowId").asString());
  }

  private Flow find(FlowId id) {
    return stack.engine.find(OWNER, id).orElseThrow();
  }

  private long count(String sql, FlowId flow) {
    return stack.database.read(
        handle -> handle.createQuery(sql).bind("flow", flow.value()).mapTo(Long.class).one());
  }

  /** Batches and ends that note when they are entered twice at once; some phases fail once. */
  private final class Watched implements DiamondFlow.Work {
    @Override
    public int batches(String phase) {
      return BATCHES;
    }

    @Override
    public Effect batch(PhaseRun run, String unit) throws Exception {
      return work(run, unit);
    }

    @Override
    public Effect finish(PhaseRun run) throws Exception {
      PhaseState phase = run.phase();
      boolean fails = phase.run() == 1 && Math.floorMod(run.flow().id().hashCode(), 3) == 0;
      if (fails && phase.phase().equals("b")) {
        throw new PhaseFailedException("b fails at first");
      }
      return work(run, "finish");
    }

    private Effect work(PhaseRun run, String unit) {
      String key =
          run.flow().id() + "/" + run.phase().phase() + "/" + run.phase().run() + "/" + unit;
      if (!entered.add(key)) {
        twice.add(key);
      }
      try {
        java.util.concurrent.locks.LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
      } finally {
        entered.remove(key);
      }
      return transaction ->
          transaction
              .handle()
              .execute(
                  "insert into ledger values (?, ?, ?, ?)",
                  run.flow().id().value(),
                  run.phase().phase(),
                  run.phase().run(),
                  unit);
    }
  }
}
