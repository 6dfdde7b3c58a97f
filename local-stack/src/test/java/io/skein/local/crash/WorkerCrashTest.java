package io.skein.local.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.local.crash.HeldStack.Followed;
import io.skein.local.crash.HeldStack.Held;
import io.skein.local.stack.StackProcess;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A worker killed with SIGKILL in each phase, at each point of the step that completes it, and in
 * pieces of it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class WorkerCrashTest {
  private static final String VICTIM = "worker-1";
  private static final String SURVIVOR = "worker-2";
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private HeldStack stack;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    stack = new HeldStack(directory);
  }

  @AfterAll
  void stop() throws Exception {
    if (stack != null) {
      stack.close();
    }
  }

  static Stream<Arguments> everyPhaseAtEveryPoint() {
    return HeldStack.PHASES.stream()
        .flatMap(phase -> Stream.of(Point.values()).map(point -> Arguments.of(phase, point)));
  }

  @ParameterizedTest
  @MethodSource("everyPhaseAtEveryPoint")
  void theStepThatCompletesAPhase(String phase, Point point) throws Exception {
    theFlowCompletesAndNothingIsAppliedTwice(phase, HeldStack.FINISH, point);
  }

  /** A plan, a slice that the phase's own task writes, and batches with tasks of their own. */
  static Stream<Arguments> piecesOfPhases() {
    return Stream.of(
        Arguments.of("data_import_validation", "file-1"),
        Arguments.of("data_cleansing", "plan"),
        Arguments.of("data_cleansing", "file-0-000000"),
        Arguments.of("tech_debt_assessment", "range-000000"));
  }

  @ParameterizedTest
  @MethodSource("piecesOfPhases")
  void aPieceOfAPhase(String phase, String unit) throws Exception {
    theFlowCompletesAndNothingIsAppliedTwice(phase, unit, Point.BEFORE_COMMIT);
  }

  private void theFlowCompletesAndNothingIsAppliedTwice(String phase, String unit, Point point)
      throws Exception {
    StackProcess victim = stack.worker(VICTIM);
    if (!victim.isAlive()) {
      victim.start();
    }
    victim.awaitReady();
    long hold = stack.arm(VICTIM, phase, unit, point);
    List<Followed> flows = stack.startUntilHeld(hold);

    Held held = stack.held(hold);
    String identity = requireTheVictimAtWork(held, phase, unit, point);
    victim.kill();

    Followed flow =
        flows.stream().filter(f -> f.id().equals(held.flow())).findFirst().orElseThrow();
    await().atMost(PATIENCE).until(() -> flow.end().isDone());
    requireVictimGone(identity);
    assertThat(
            stack.column(
                "select worker from ledger where flow = ? and phase = ? and unit = ?",
                held.flow(),
                phase,
                unit))
        .as("who committed the step")
        .containsExactly(point == Point.BEFORE_RELAY ? VICTIM : SURVIVOR);
    for (Followed each : flows) {
      await().atMost(PATIENCE).until(() -> each.end().isDone());
      stack.requireWhole(each);
    }
  }

  /**
   * What PostgreSQL says while the process holds. Before the effect and before the commit the task
   * is running under the lease of this very process; before the relay the same transaction that
   * committed the effect has completed it, so the row shows the success under this process's name.
   */
  private String requireTheVictimAtWork(Held held, String phase, String unit, Point point)
      throws SQLException {
    StackProcess victim = stack.worker(VICTIM);
    List<String> task =
        stack
            .rows(
                """
                select t.worker, t.state, t.crash_count,
                  coalesce(t.lease_until > skein_now(), false),
                  exists (select from live_workers l where l.key = hashtextextended(t.worker, 0)),
                  (select i.pid from instances i where i.name = split_part(t.worker, '@', 1))
                from tasks t
                where t.flow = ? and t.payload ->> 'phase' = ?
                  and t.payload ->> 'unit' is not distinct from
                    (select unit from flow_units where flow_id = t.flow and phase = ?
                       and unit = ? and spec is not null)
                order by t.id desc limit 1
                """,
                held.flow(),
                phase,
                phase,
                unit)
            .getFirst();
    boolean committed = point == Point.BEFORE_RELAY;
    assertThat(task.get(0)).startsWith(VICTIM + "@");
    assertThat(task.get(1)).isEqualTo(committed ? "succeeded" : "running");
    assertThat(task.get(2)).as("crashes").isEqualTo("0");
    assertThat(task.get(3)).as("lease held").isEqualTo(committed ? "f" : "t");
    assertThat(task.get(4)).as("its advisory lock is held").isEqualTo("t");
    assertThat(task.get(5)).isEqualTo(String.valueOf(victim.pid()));
    assertThat(held.pid()).isEqualTo(victim.pid());
    assertThat(
            stack.rows(
                "select 1 from ledger where flow = ? and phase = ? and unit = ?",
                held.flow(),
                phase,
                unit))
        .as("committed effect")
        .hasSize(committed ? 1 : 0);
    // The parallel phase may hold the row for a moment; the victim holds it for as long as it
    // waits.
    await()
        .untilAsserted(() ->
            assertThat(
                    stack.rows(
                        "select 1 from flows where id = ? for update skip locked", held.flow()))
                .as("the flow's row is %s", point == Point.BEFORE_COMMIT ? "locked" : "free")
                .hasSize(point == Point.BEFORE_COMMIT ? 0 : 1));
    return task.get(0);
  }

  /** The advisory lock went with the killed process, so it was this process that held it. */
  private void requireVictimGone(String identity) throws SQLException {
    assertThat(
            stack.rows("select 1 from live_workers where key = hashtextextended(?, 0)", identity))
        .isEmpty();
  }
}
