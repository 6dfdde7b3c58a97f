package io.skein.discovery;

import io.skein.discovery.lifecycle.LifecycleStatus;
import io.skein.flows.Flow;
import io.skein.flows.FlowId;
import io.skein.postgres.Transaction;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Composes the report of a flow from its tables. Thread safe. */
final class ReportWriter {
  private final AssetStore assets;
  private final JsonMapper json;

  ReportWriter(AssetStore assets, JsonMapper json) {
    this.assets = assets;
    this.json = json;
  }

  ObjectNode compose(Handle handle, Flow flow) {
    ObjectNode report = json.createObjectNode();
    report.put("asOf", flow.asOf().toString());
    report.set("rows", rows(handle, flow.id()));
    report.set("assets", assets(flow.id()));
    report.set("mapping", mapping(handle, flow.id()));
    report.set("dependencies", flow.phase(DiscoveryFlow.DEPENDENCIES).summary());
    report.set("lifecycle", lifecycle(flow.id()));
    report.set("sixR", json.valueToTree(assets.countByStrategy(flow.id())));
    return report;
  }

  void save(Transaction transaction, FlowId flow, ObjectNode report) {
    transaction
        .handle()
        .execute(
            "insert into flow_reports (flow_id, report) values (?, ?::jsonb)",
            flow.value(),
            json.writeValueAsString(report));
  }

  private ObjectNode rows(Handle handle, FlowId flow) {
    return handle
        .createQuery(
            """
            select coalesce(sum(rows_read), 0) as read,
              coalesce(sum(rows_rejected + rows_uncleansable + rows_surplus), 0) as rejected
            from discovery_files where flow_id = ?
            """)
        .bind(0, flow.value())
        .map((row, context) ->
            json.createObjectNode()
                .put("read", row.getLong("read"))
                .put("accepted", row.getLong("read") - row.getLong("rejected"))
                .put("rejected", row.getLong("rejected")))
        .one();
  }

  private ObjectNode assets(FlowId flow) {
    Map<String, Long> byType = assets.countByType(flow);
    ObjectNode node = json.createObjectNode();
    node.put("total", byType.values().stream().mapToLong(Long::longValue).sum());
    node.set("byType", json.valueToTree(byType));
    return node;
  }

  private ArrayNode mapping(Handle handle, FlowId flow) {
    ArrayNode mapping = json.createArrayNode();
    handle
        .createQuery(
            "select name, mapping from discovery_files where flow_id = ? order by position")
        .bind(0, flow.value())
        .map((row, context) -> {
          String file = row.getString("name");
          for (JsonNode column : json.readTree(row.getString("mapping")).get("columns")) {
            ObjectNode node = mapping.addObject();
            node.put("file", file);
            node.set("column", column.get("column"));
            node.set("field", column.get("field"));
            node.set("confidence", column.get("confidence"));
          }
          return file;
        })
        .list();
    return mapping;
  }

  /** Extended support still running is a part of what has ended. */
  private ObjectNode lifecycle(FlowId flow) {
    Map<String, Long> counts = assets.countByLifecycle(flow);
    long extended = counts.getOrDefault(LifecycleStatus.ENDED_WITH_EXTENDED_SUPPORT.toString(), 0L);
    long ended = counts.getOrDefault(LifecycleStatus.ENDED.toString(), 0L) + extended;
    return json.createObjectNode()
        .put("ended", ended)
        .put("endedWithExtendedSupport", extended)
        .put("supported", counts.getOrDefault(LifecycleStatus.SUPPORTED.toString(), 0L))
        .put("unmatched", counts.getOrDefault(LifecycleStatus.UNMATCHED.toString(), 0L))
        .put("missing", counts.getOrDefault(LifecycleStatus.MISSING.toString(), 0L));
  }
}
