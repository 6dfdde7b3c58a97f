package io.skein.flows;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A phase as it stands.
 *
 * @param run 0 before the first start; grows with each retry
 * @param unitsTotal batches planned, 0 when the phase has none
 * @param unitsDone batches committed
 * @param deadline when this run's time limit ends, by PostgreSQL's clock
 * @param summary the phase's own figures; an empty object before its end
 */
public record PhaseState(
    String phase,
    PhaseStatus status,
    int run,
    int unitsTotal,
    int unitsDone,
    @Nullable Instant startedAt,
    @Nullable Instant deadline,
    @Nullable Instant endedAt,
    JsonNode summary) {}
