package io.skein.flows;

import io.skein.postgres.SqlTime;
import io.skein.postgres.Transaction;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The table {@code flow_phases}. Thread safe. */
final class PhaseStore {
  private final JsonMapper json;

  PhaseStore(JsonMapper json) {
    this.json = json;
  }

  /** The phases of a new flow, all of them pending. */
  void insert(Transaction transaction, FlowId id, FlowDefinition definition) {
    int position = 0;
    for (PhaseDefinition phase : definition.phases()) {
      transaction
          .handle()
          .execute(
              "insert into flow_phases (flow_id, phase, position, status)"
                  + " values (?, ?, ?, 'pending')",
              id.value(),
              phase.name(),
              position++);
    }
  }

  /** Begins the next run of a phase. */
  void start(Transaction transaction, FlowId id, PhaseDefinition phase) {
    transaction
        .handle()
        .createUpdate(
            """
            update flow_phases set status = 'running', run = run + 1, started_at = skein_now(),
              deadline = skein_now() + :limit::interval, ended_at = null
            where flow_id = :id and phase = :phase
            """)
        .bind("limit", SqlTime.interval(phase.timeLimit()))
        .bind("id", id.value())
        .bind("phase", phase.name())
        .execute();
  }

  /** What was left of a phase's time limit when the flow stopped is given anew in full. */
  void extendDeadlines(Transaction transaction, FlowId id, FlowDefinition definition) {
    definition.phases().forEach(phase -> extendDeadline(transaction, id, phase));
  }

  /** The time limit of a running phase begins anew. */
  void extendDeadline(Transaction transaction, FlowId id, PhaseDefinition phase) {
    transaction
        .handle()
        .createUpdate(
            """
            update flow_phases set deadline = skein_now() + :limit::interval
            where flow_id = :id and phase = :phase and status = 'running'
            """)
        .bind("limit", SqlTime.interval(phase.timeLimit()))
        .bind("id", id.value())
        .bind("phase", phase.name())
        .execute();
  }

  void end(Transaction transaction, FlowId id, String phase, PhaseStatus status, JsonNode summary) {
    transaction
        .handle()
        .createUpdate(
            """
            update flow_phases set status = :status, summary = :summary::jsonb,
              ended_at = case when :status = 'waiting' then null else skein_now() end
            where flow_id = :id and phase = :phase
            """)
        .bind("status", status.wireName())
        .bind("summary", json.writeValueAsString(summary))
        .bind("id", id.value())
        .bind("phase", phase)
        .execute();
  }

  /**
   * As if these phases had never begun, but that their next run is told apart from those before.
   */
  void reset(Transaction transaction, FlowId id, List<String> phases) {
    transaction
        .handle()
        .createUpdate(
            """
            update flow_phases set status = 'pending', units_total = 0, units_done = 0,
              started_at = null, deadline = null, ended_at = null, summary = '{}'
            where flow_id = :id and phase = any(:phases)
            """)
        .bind("id", id.value())
        .bindArray("phases", String.class, phases)
        .execute();
  }

  /** Whether the phase's time limit has passed, by PostgreSQL's clock. */
  boolean isLate(Transaction transaction, FlowId id, String phase) {
    return transaction
        .handle()
        .createQuery(
            "select deadline < skein_now() from flow_phases where flow_id = ? and phase = ?")
        .bind(0, id.value())
        .bind(1, phase)
        .mapTo(Boolean.class)
        .one();
  }

  void cancelOpen(Transaction transaction, FlowId id) {
    transaction
        .handle()
        .execute(
            "update flow_phases set status = 'cancelled', ended_at = skein_now()"
                + " where flow_id = ? and status <> 'completed'",
            id.value());
  }
}
