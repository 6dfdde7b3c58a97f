package io.skein.flows;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A second kind of flow, as a platform would add it: {@code a → (b ∥ c) → d}. What its phases do is
 * the test's choice.
 */
final class DiamondFlow implements FlowKind {
  static final String KIND = "diamond";
  static final List<String> PHASES = List.of("a", "b", "c", "d");

  private final Duration timeLimit;
  private final Duration timeLimitOfB;
  private final Function<KindEnvironment, Work> work;

  DiamondFlow(Duration timeLimit, Function<KindEnvironment, Work> work) {
    this(timeLimit, timeLimit, work);
  }

  DiamondFlow(Duration timeLimit, Duration timeLimitOfB, Function<KindEnvironment, Work> work) {
    this.timeLimit = timeLimit;
    this.timeLimitOfB = timeLimitOfB;
    this.work = work;
  }

  /** Its phases write nothing. */
  static DiamondFlow idle() {
    return new DiamondFlow(Duration.ofMinutes(5), environment -> new Work() {});
  }

  @Override
  public FlowDefinition definition() {
    return new FlowDefinition(
        KIND,
        1,
        List.of(
            new PhaseDefinition("a", List.of(), 25, timeLimit),
            new PhaseDefinition("b", List.of("a"), 25, timeLimitOfB),
            new PhaseDefinition("c", List.of("a"), 25, timeLimit),
            new PhaseDefinition("d", List.of("b", "c"), 25, timeLimit)));
  }

  @Override
  public List<PhaseHandler> handlers(KindEnvironment environment) {
    Work chosen = work.apply(environment);
    return PHASES.stream()
        .map(phase -> (PhaseHandler) new Handler(phase, chosen, environment.json()))
        .toList();
  }

  /** What all phases do, told apart by {@code run.phase().phase()}. Thread safe. */
  interface Work {
    /** How many batches a phase has. */
    default int batches(String phase) {
      return 0;
    }

    default Effect batch(PhaseRun run, String unit) throws Exception {
      return Effect.NOTHING;
    }

    default Effect finish(PhaseRun run) throws Exception {
      return Effect.NOTHING;
    }

    default Effect undo(String phase) {
      return Effect.NOTHING;
    }

    /** What the user must agree to after the phase, or null. */
    default @Nullable JsonNode question(String phase) {
      return null;
    }
  }

  private record Handler(String phase, Work work, JsonMapper json) implements PhaseHandler {
    @Override
    public List<PhaseBatch> plan(PhaseRun run) {
      return java.util.stream.IntStream.range(0, work.batches(phase))
          .mapToObj(n -> new PhaseBatch("unit-" + n, json.createObjectNode()))
          .toList();
    }

    @Override
    public Effect batch(PhaseRun run, PhaseBatch batch) throws Exception {
      return work.batch(run, batch.unit());
    }

    @Override
    public PhaseOutcome finish(PhaseRun run) throws Exception {
      return new PhaseOutcome(work.finish(run), json.createObjectNode(), work.question(phase));
    }

    @Override
    public Effect undo(FlowId flow) {
      return work.undo(phase);
    }

    @Override
    public Approval approve(Flow flow, JsonNode answer) {
      return answer.has("no")
          ? new Approval.Refused("only yes will do")
          : new Approval.Accepted(
              Effect.NOTHING, "agreed", json.createObjectNode().put("answered", true));
    }
  }
}
