package io.skein.flows;

import io.skein.postgres.TraceParent;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A flow and its phases, read in one statement and so consistent in itself.
 *
 * @param version sequence of the event that last changed the state; ETag and cache version
 * @param epoch of the stream, in ms; orders versions across a restored database
 * @param asOf the day that dates the analyses
 * @param approval what waits for the user, while it waits
 * @param error why the flow failed, while it is failed
 * @param trace of the request that created it
 */
public record Flow(
    FlowId id,
    Owner owner,
    String kind,
    int definitionVersion,
    String name,
    FlowStatus status,
    int progress,
    long version,
    long epoch,
    LocalDate asOf,
    @Nullable JsonNode approval,
    @Nullable FlowError error,
    @Nullable String correlationId,
    @Nullable TraceParent trace,
    String createdBy,
    Instant createdAt,
    Instant updatedAt,
    List<PhaseState> phases,
    List<FlowFile> files) {

  /**
   * @throws IllegalArgumentException when the flow has no such phase
   */
  public PhaseState phase(String name) {
    return phases.stream()
        .filter(phase -> phase.phase().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("flow " + id + " has no phase " + name));
  }

  /**
   * Phases that are at work, wait or have failed; the last one that was begun when there is none.
   */
  public List<String> currentPhases() {
    List<String> active =
        phases.stream()
            .filter(phase ->
                phase.status() == PhaseStatus.RUNNING
                    || phase.status() == PhaseStatus.WAITING
                    || phase.status() == PhaseStatus.FAILED)
            .map(PhaseState::phase)
            .toList();
    if (!active.isEmpty()) {
      return active;
    }
    List<String> begun =
        phases.stream().filter(phase -> phase.startedAt() != null).map(PhaseState::phase).toList();
    return begun.isEmpty() ? List.of(phases.getFirst().phase()) : List.of(begun.getLast());
  }

  /** The phase that waits for the user's answer. */
  Optional<PhaseState> waitingPhase() {
    return phases.stream().filter(phase -> phase.status() == PhaseStatus.WAITING).findFirst();
  }

  /** Paused or failed: what is at work stops at its next boundary, and nothing new is begun. */
  boolean isStopped() {
    return status == FlowStatus.PAUSED || status == FlowStatus.FAILED;
  }

  /** Why a flow failed. */
  public record FlowError(String phase, String reason) {}

  /**
   * An uploaded file.
   *
   * @param bytes its size
   */
  public record FlowFile(UploadId uploadId, String name, long bytes) {}
}
