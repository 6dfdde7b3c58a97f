package io.skein.flows;

import io.skein.postgres.TraceParent;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A flow with its phases and files, from one statement. Thread safe. */
final class FlowRow implements RowMapper<Flow> {
  /** One statement, so that state and version are of one snapshot. */
  static final String SELECT =
      """
      select f.*, (select epoch from epochs) as epoch,
        (select json_agg(json_build_object(
             'phase', p.phase, 'status', p.status, 'run', p.run,
             'unitsTotal', p.units_total, 'unitsDone', p.units_done, 'summary', p.summary,
             'startedAt', (extract(epoch from p.started_at) * 1000)::bigint,
             'deadline', (extract(epoch from p.deadline) * 1000)::bigint,
             'endedAt', (extract(epoch from p.ended_at) * 1000)::bigint) order by p.position)
           from flow_phases p where p.flow_id = f.id) as phases,
        (select json_agg(json_build_object('uploadId', u.id, 'name', u.name, 'bytes', u.bytes)
             order by u.position)
           from uploads u where u.flow_id = f.id) as files
      from flows f
      """;

  private final JsonMapper json;

  FlowRow(JsonMapper json) {
    this.json = json;
  }

  @Override
  public Flow map(ResultSet row, StatementContext context) throws SQLException {
    String errorPhase = row.getString("error_phase");
    String approval = row.getString("approval");
    return new Flow(
        new FlowId(row.getObject("id", UUID.class)),
        new Owner(row.getString("tenant"), row.getString("engagement")),
        row.getString("kind"),
        row.getInt("definition_version"),
        row.getString("name"),
        FlowStatus.parse(row.getString("status")),
        row.getInt("progress"),
        row.getLong("version"),
        row.getLong("epoch"),
        row.getObject("as_of", LocalDate.class),
        approval == null ? null : json.readTree(approval),
        errorPhase == null ? null : new Flow.FlowError(errorPhase, row.getString("error_reason")),
        row.getString("correlation_id"),
        TraceParent.parse(row.getString("traceparent")).orElse(null),
        row.getString("created_by"),
        instant(row.getTimestamp("created_at")),
        instant(row.getTimestamp("updated_at")),
        phases(row.getString("phases")),
        files(row.getString("files")));
  }

  private List<PhaseState> phases(String text) {
    List<PhaseState> phases = new ArrayList<>();
    for (JsonNode node : json.readTree(text)) {
      phases.add(
          new PhaseState(
              node.get("phase").asString(),
              PhaseStatus.parse(node.get("status").asString()),
              node.get("run").asInt(),
              node.get("unitsTotal").asInt(),
              node.get("unitsDone").asInt(),
              optionalInstant(node.get("startedAt")),
              optionalInstant(node.get("deadline")),
              optionalInstant(node.get("endedAt")),
              node.get("summary")));
    }
    return List.copyOf(phases);
  }

  private List<Flow.FlowFile> files(@Nullable String text) {
    List<Flow.FlowFile> files = new ArrayList<>();
    if (text != null) {
      for (JsonNode node : json.readTree(text)) {
        UUID id = UUID.fromString(node.get("uploadId").asString());
        files.add(
            new Flow.FlowFile(
                new UploadId(id), node.get("name").asString(), node.get("bytes").asLong()));
      }
    }
    return List.copyOf(files);
  }

  private static Instant instant(Timestamp timestamp) {
    return timestamp.toInstant();
  }

  private static @Nullable Instant optionalInstant(@Nullable JsonNode millis) {
    return millis == null || millis.isNull() ? null : Instant.ofEpochMilli(millis.asLong());
  }
}
