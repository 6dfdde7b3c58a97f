package io.skein.flows;

import io.skein.postgres.Transaction;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The table {@code flow_units}: which pieces of a phase there are and which are done. */
final class UnitStore {
  private final JsonMapper json;

  UnitStore(JsonMapper json) {
    this.json = json;
  }

  void plan(Transaction transaction, FlowId flow, String phase, List<PhaseBatch> batches) {
    PreparedBatch insert =
        transaction
            .handle()
            .prepareBatch(
                """
                insert into flow_units (flow_id, phase, unit, spec, done)
                values (:flow, :phase, :unit, :spec::jsonb, false)
                """);
    for (PhaseBatch batch : batches) {
      insert
          .bind("flow", flow.value())
          .bind("phase", phase)
          .bind("unit", batch.unit())
          .bind("spec", json.writeValueAsString(batch.spec()))
          .add();
    }
    insert.execute();
    transaction
        .handle()
        .execute(
            "update flow_phases set units_total = ?, units_done = 0 where flow_id = ? and phase = ?",
            batches.size(),
            flow.value(),
            phase);
  }

  Optional<JsonNode> spec(Handle handle, FlowId flow, String phase, String unit) {
    return handle
        .createQuery("select spec from flow_units where flow_id = ? and phase = ? and unit = ?")
        .bind(0, flow.value())
        .bind(1, phase)
        .bind(2, unit)
        .mapTo(String.class)
        .findOne()
        .map(json::readTree);
  }

  boolean isDone(Handle handle, FlowId flow, String phase, String unit) {
    return handle
        .createQuery("select done from flow_units where flow_id = ? and phase = ? and unit = ?")
        .bind(0, flow.value())
        .bind(1, phase)
        .bind(2, unit)
        .mapTo(Boolean.class)
        .findOne()
        .orElse(false);
  }

  List<String> open(Transaction transaction, FlowId flow, String phase) {
    return transaction
        .handle()
        .createQuery(
            "select unit from flow_units where flow_id = ? and phase = ? and not done order by unit")
        .bind(0, flow.value())
        .bind(1, phase)
        .mapTo(String.class)
        .list();
  }

  /** Marks a planned unit; the phase's count rises with it. */
  void markPlannedDone(Transaction transaction, FlowId flow, String phase, String unit) {
    Handle handle = transaction.handle();
    handle.execute(
        "update flow_units set done = true where flow_id = ? and phase = ? and unit = ?",
        flow.value(),
        phase,
        unit);
    handle.execute(
        "update flow_phases set units_done = units_done + 1 where flow_id = ? and phase = ?",
        flow.value(),
        phase);
  }

  /** Forgets the units of phases that are to be planned and written again. */
  void forget(Transaction transaction, FlowId flow, List<String> phases) {
    transaction
        .handle()
        .createUpdate("delete from flow_units where flow_id = :flow and phase = any(:phases)")
        .bind("flow", flow.value())
        .bindArray("phases", String.class, phases)
        .execute();
  }

  /** Records a slice of a phase task's own writing, so that a rerun skips it. */
  void recordDone(Transaction transaction, FlowId flow, String phase, String unit) {
    transaction
        .handle()
        .execute(
            "insert into flow_units (flow_id, phase, unit, done) values (?, ?, ?, true)",
            flow.value(),
            phase,
            unit);
  }
}
