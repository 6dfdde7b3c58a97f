package io.skein.local.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.local.crash.HeldStack.Followed;
import io.skein.local.crash.HeldStack.Held;
import io.skein.local.stack.StackProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A worker frozen with SIGSTOP in the middle of a step: it keeps its connections, its row locks,
 * its advisory lock and its lease, and nobody waits for it for long.
 */
@Tag("long")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FrozenWorkerTest {
  private static final String VICTIM = "worker-1";
  private static final String SURVIVOR = "worker-2";
  private static final String PHASE = "dependency_analysis";

  /** How long a frozen process may keep others waiting. */
  private static final Duration BLOCKED_AT_MOST = Duration.ofSeconds(10);

  /** For what goes on though the worker stays frozen, which it does without limit. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private HeldStack stack;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    stack = new HeldStack(directory);
  }

  @AfterAll
  void stop() throws Exception {
    if (stack != null) {
      stack.worker(VICTIM).thaw();
      stack.close();
    }
  }

  @ParameterizedTest
  @EnumSource(Point.class)
  void blocksNobodyAndWritesNothingOnceItsLeaseIsGone(Point point) throws Exception {
    StackProcess victim = stack.worker(VICTIM);
    long hold = stack.arm(VICTIM, PHASE, HeldStack.FINISH, point);
    List<Followed> flows = stack.startUntilHeld(List.of(hold));
    Held held = stack.held(hold);
    Followed flow =
        flows.stream().filter(f -> f.id().equals(held.flow())).findFirst().orElseThrow();
    // Others hold the row for a moment; the victim, before its commit, for as long as it waits.
    await().atMost(PATIENCE).until(() -> isRowFree(held.flow()) != (point == Point.BEFORE_COMMIT));

    victim.freeze();
    long committed = lastSequence(held.flow());
    if (point != Point.BEFORE_RELAY) {
      // It may wait for the row as long as PostgreSQL lets the frozen one hold it.
      await().atMost(BLOCKED_AT_MOST).until(() -> pause(held.flow()));
      assertThat(stack.command(held.flow(), "resume")).isEqualTo(200);
    }
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(flow.sequences()).contains(committed));
    await().atMost(BLOCKED_AT_MOST).until(() -> isRowFree(held.flow()));
    Followed other = stack.start();
    await().atMost(PATIENCE).until(() -> other.end().isDone());

    await().atMost(PATIENCE).until(() -> flow.end().isDone());
    victim.thaw();
    stack.release(hold);
    await().atMost(PATIENCE).until(() -> stack.hasGoneOn(hold));
    Followed after = stack.start();
    await().atMost(PATIENCE).until(() -> after.end().isDone());
    assertThat(
            stack.column(
                "select worker from ledger where flow = ? and phase = ? and unit = 'finish'",
                held.flow(),
                PHASE))
        .containsExactly(point == Point.BEFORE_RELAY ? VICTIM : SURVIVOR);
    flows.add(other);
    flows.add(after);
    for (Followed each : flows) {
      await().atMost(PATIENCE).until(() -> each.end().isDone());
      stack.requireWhole(each);
    }
  }

  private boolean isRowFree(UUID flow) throws Exception {
    return !stack.rows("select 1 from flows where id = ? for update skip locked", flow).isEmpty();
  }

  private long lastSequence(UUID flow) throws Exception {
    return Long.parseLong(
        stack.column("select last_seq from streams where id = ?", flow).getFirst());
  }

  /** False when it is told to come again. */
  private boolean pause(UUID flow) throws Exception {
    int status = stack.command(flow, "pause");
    assertThat(status).isIn(200, 503);
    return status == 200;
  }
}
