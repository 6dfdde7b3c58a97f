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
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A worker frozen with SIGSTOP in the middle of a step: it keeps its connections, its row locks,
 * its advisory lock and its lease, and nobody waits for it for long.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FrozenWorkerTest {
  private static final String VICTIM = "worker-1";
  private static final String SURVIVOR = "worker-2";
  private static final String PHASE = "dependency_analysis";

  /** How long a frozen process may keep others waiting. */
  private static final Duration BLOCKED_AT_MOST = Duration.ofSeconds(10);

  /** A frozen worker's own task runs elsewhere after its lease of 15 s; then the flow goes on. */
  private static final Duration TAKEN_OVER = Duration.ofSeconds(30);

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
    await().until(() -> isRowFree(held.flow()) != (point == Point.BEFORE_COMMIT));

    victim.freeze();
    long frozen = System.nanoTime();
    long committed = lastSequence(held.flow());
    if (point != Point.BEFORE_RELAY) {
      assertThat(stack.command(held.flow(), "pause")).isEqualTo(200);
      assertThat(since(frozen)).as("pause answered").isLessThan(BLOCKED_AT_MOST);
      assertThat(stack.command(held.flow(), "resume")).isEqualTo(200);
    }
    await()
        .atMost(BLOCKED_AT_MOST)
        .untilAsserted(() -> assertThat(flow.sequences()).contains(committed));
    await().atMost(BLOCKED_AT_MOST).until(() -> isRowFree(held.flow()));
    Followed other = stack.start();
    await().atMost(BLOCKED_AT_MOST).until(() -> other.end().isDone());

    await().atMost(TAKEN_OVER).until(() -> flow.end().isDone());
    victim.thaw();
    stack.release(hold);
    await().atMost(BLOCKED_AT_MOST).until(() -> stack.hasGoneOn(hold));
    Followed after = stack.start();
    await().atMost(TAKEN_OVER).until(() -> after.end().isDone());
    assertThat(
            stack.column(
                "select worker from ledger where flow = ? and phase = ? and unit = 'finish'",
                held.flow(),
                PHASE))
        .containsExactly(point == Point.BEFORE_RELAY ? VICTIM : SURVIVOR);
    flows.add(other);
    flows.add(after);
    for (Followed each : flows) {
      await().atMost(TAKEN_OVER).until(() -> each.end().isDone());
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

  private static Duration since(long nanoTime) {
    return Duration.ofNanos(System.nanoTime() - nanoTime);
  }
}
