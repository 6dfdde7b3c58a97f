package io.skein.flows;

import io.skein.events.AgentProgress;
import io.skein.events.AgentUpdate;
import java.time.Instant;
import tools.jackson.databind.JsonNode;

/** One run of a phase, as its handler sees it. Used by one thread. */
public final class PhaseRun {
  private final Flow flow;
  private final PhaseTask task;
  private final SliceWriter slices;
  private final AgentProgress progress;

  PhaseRun(Flow flow, PhaseTask task, SliceWriter slices, AgentProgress progress) {
    this.flow = flow;
    this.task = task;
    this.slices = slices;
    this.progress = progress;
  }

  /** The flow as it was when the run began. */
  public Flow flow() {
    return flow;
  }

  public PhaseState phase() {
    return flow.phase(task.phase());
  }

  /**
   * Commits a slice of the phase now, in a step of its own, unless an earlier run has. For effects
   * too large for the one transaction of the phase's end. The slices of a phase must be the same
   * each time it runs on the same input.
   *
   * @param unit names the slice within the phase
   */
  public void apply(String unit, Effect effect) throws Exception {
    slices.write(unit, effect);
  }

  /**
   * Shows how far an agent of this phase is. An observation: it may be dropped, and it never goes
   * back within one run of the phase, whose tasks go on after what is done.
   *
   * @param percent 0 to 100
   * @param status a word or two for people
   * @param details figures for people, an object
   */
  public void progress(String agent, int percent, String status, JsonNode details) {
    progress.update(
        flow.id().stream(),
        new AgentUpdate(
            agent, task.phase(), task.run(), percent, status, details.toString(), Instant.now()));
  }

  /** Commits one slice. */
  @FunctionalInterface
  interface SliceWriter {
    void write(String unit, Effect effect) throws Exception;
  }
}
