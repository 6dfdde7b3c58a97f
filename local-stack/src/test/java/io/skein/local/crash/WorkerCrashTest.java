package io.skein.local.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.local.crash.HeldStack.Followed;
import io.skein.local.crash.HeldStack.Held;
import io.skein.local.stack.StackProcess;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A worker killed with SIGKILL in each phase, at each point of the step that completes it, and in
 * pieces of it.
 */
@Tag("long")
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

  /** A step of a flow: the unit of a phase, at a point. */
  private record Target(String phase, String unit, Point point) {
    static Target completing(String phase, Point point) {
      return new Target(phase, HeldStack.FINISH, point);
    }
  }

  /** A held transaction lasts only so long in PostgreSQL, so each has a kill of its own. */
  static Stream<Target> beforeTheCommit() {
    return Stream.concat(
        HeldStack.PHASES.stream().map(phase -> Target.completing(phase, Point.BEFORE_COMMIT)),
        // A plan, a slice that the phase's own task writes, and batches with tasks of their own.
        Stream.of(
            new Target("data_import_validation", "file-1", Point.BEFORE_COMMIT),
            new Target("data_cleansing", "plan", Point.BEFORE_COMMIT),
            new Target("data_cleansing", "file-0-000000", Point.BEFORE_COMMIT),
            new Target("tech_debt_assessment", "range-000000", Point.BEFORE_COMMIT)));
  }

  @ParameterizedTest
  @MethodSource("beforeTheCommit")
  void inATransaction(Target target) throws Exception {
    theFlowsCompleteAndNothingIsAppliedTwice(List.of(target));
  }

  /** As many phases at once as the victim has slots for, the parallel ones apart. */
  static Stream<List<Target>> outsideATransaction() {
    List<List<String>> groups =
        List.of(
            HeldStack.PHASES.subList(0, 3),
            HeldStack.PHASES.subList(3, 5),
            HeldStack.PHASES.subList(5, 7));
    return Stream.of(Point.BEFORE_EFFECT, Point.BEFORE_RELAY)
        .flatMap(point ->
            groups.stream()
                .map(phases ->
                    phases.stream().map(phase -> Target.completing(phase, point)).toList()));
  }

  @ParameterizedTest
  @MethodSource("outsideATransaction")
  void inSeveralPhasesAtOnce(List<Target> targets) throws Exception {
    theFlowsCompleteAndNothingIsAppliedTwice(targets);
  }

  private void theFlowsCompleteAndNothingIsAppliedTwice(List<Target> targets) throws Exception {
    StackProcess victim = stack.worker(VICTIM);
    if (!victim.isAlive()) {
      victim.start();
    }
    victim.awaitReady();
    List<Long> holds = new ArrayList<>();
    for (Target target : targets) {
      holds.add(stack.arm(VICTIM, target.phase(), target.unit(), target.point()));
    }
    List<Followed> flows = stack.startUntilHeld(holds);
    String identity = "";
    for (int i = 0; i < targets.size(); i++) {
      identity = requireTheVictimAtWork(stack.held(holds.get(i)), targets.get(i));
    }
    victim.kill();

    for (Followed flow : flows) {
      await().atMost(PATIENCE).until(() -> flow.end().isDone());
      stack.requireWhole(flow);
    }
    requireVictimGone(identity);
    for (int i = 0; i < targets.size(); i++) {
      Target target = targets.get(i);
      assertThat(committers(stack.held(holds.get(i)), target))
          .as("who committed the step")
          .containsExactly(target.point() == Point.BEFORE_RELAY ? VICTIM : SURVIVOR);
    }
  }

  private List<String> committers(Held held, Target target) throws SQLException {
    return stack.column(
        "select worker from ledger where flow = ? and phase = ? and unit = ?",
        held.flow(),
        target.phase(),
        target.unit());
  }

  /**
   * What PostgreSQL says while the process holds. Before the effect and before the commit the task
   * is running under the lease of this very process; before the relay the same transaction that
   * committed the effect has completed it, so the row shows the success under this process's name.
   */
  private String requireTheVictimAtWork(Held held, Target target) throws SQLException {
    String phase = target.phase();
    String unit = target.unit();
    Point point = target.point();
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
    assertThat(committers(held, target)).as("committed effect").hasSize(committed ? 1 : 0);
    // The parallel phase may hold the row for a moment; the victim holds it for as long as it
    // waits.
    await()
        .atMost(PATIENCE)
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
