package io.skein.discovery;

import io.skein.flows.PhaseRun;
import io.skein.flows.PhaseState;
import tools.jackson.databind.json.JsonMapper;

/** How far an agent is whose phase is worked on in batches. */
final class DiscoveryProgress {
  private DiscoveryProgress() {}

  static void ofBatches(PhaseRun run, String agent, String status, JsonMapper json) {
    PhaseState phase = run.phase();
    int percent = phase.unitsTotal() == 0 ? 0 : 100 * phase.unitsDone() / phase.unitsTotal();
    run.progress(
        agent,
        percent,
        status,
        json.createObjectNode()
            .put("batchesDone", phase.unitsDone())
            .put("batchesTotal", phase.unitsTotal()));
  }
}
