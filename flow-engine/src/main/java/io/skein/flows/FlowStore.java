package io.skein.flows;

import io.skein.events.Appended;
import io.skein.postgres.Database;
import io.skein.postgres.Transaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The tables {@code flows} and {@code flow_phases}. Thread safe. */
final class FlowStore {
  /** One statement, so that state and version are of one snapshot. */
  private static final String SELECT =
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

  private final Database database;
  private final JsonMapper json;

  FlowStore(Database database, JsonMapper json) {
    this.database = database;
    this.json = json;
  }

  Optional<Flow> find(Owner owner, FlowId id) {
    return database.read(handle ->
        handle
            .createQuery(
                SELECT + " where f.id = :id and f.tenant = :tenant and f.engagement = :engagement")
            .bind("id", id.value())
            .bind("tenant", owner.tenant())
            .bind("engagement", owner.engagement())
            .map((row, context) -> flow(row))
            .findOne());
  }

  boolean exists(Owner owner, FlowId id) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                select exists (
                  select from flows where id = :id and tenant = :tenant and engagement = :engagement)
                """)
            .bind("id", id.value())
            .bind("tenant", owner.tenant())
            .bind("engagement", owner.engagement())
            .mapTo(Boolean.class)
            .one());
  }

  Optional<Flow> findOfAnyOwner(FlowId id) {
    return database.read(handle ->
        handle
            .createQuery(SELECT + " where f.id = :id")
            .bind("id", id.value())
            .map((row, context) -> flow(row))
            .findOne());
  }

  /** For workers, whose right to the flow is the task they were given. */
  Flow load(Handle handle, FlowId id) {
    return handle
        .createQuery(SELECT + " where f.id = :id")
        .bind("id", id.value())
        .map((row, context) -> flow(row))
        .one();
  }

  /** Newest first; {@code before} is the last id of the previous page. */
  List<Flow> list(Owner owner, @Nullable FlowId before, int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                SELECT
                    + """
                    where f.tenant = :tenant and f.engagement = :engagement
                      and (:before::uuid is null or f.id < :before::uuid)
                    order by f.id desc limit :limit
                    """)
            .bind("tenant", owner.tenant())
            .bind("engagement", owner.engagement())
            .bind("before", before == null ? null : before.value())
            .bind("limit", limit)
            .map((row, context) -> flow(row))
            .list());
  }

  /** Locks the flow's row: everything a step decides about is read after this. */
  boolean lock(Transaction transaction, FlowId id) {
    return transaction
        .handle()
        .createQuery("select 1 from flows where id = ? for update")
        .bind(0, id.value())
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  void insert(Transaction transaction, FlowId id, NewFlow flow, FlowDefinition definition) {
    Handle handle = transaction.handle();
    handle
        .createUpdate(
            """
            insert into flows (id, tenant, engagement, kind, definition_version, name, status,
                               as_of, correlation_id, created_by, created_at, updated_at)
            values (:id, :tenant, :engagement, :kind, :version, :name, 'initializing',
                    :asOf, :correlation, :createdBy, skein_now(), skein_now())
            """)
        .bind("id", id.value())
        .bind("tenant", flow.owner().tenant())
        .bind("engagement", flow.owner().engagement())
        .bind("kind", definition.kind())
        .bind("version", definition.version())
        .bind("name", flow.name())
        .bind("asOf", flow.asOf())
        .bind("correlation", flow.correlationId())
        .bind("createdBy", flow.createdBy())
        .execute();
    int position = 0;
    for (PhaseDefinition phase : definition.phases()) {
      handle.execute(
          "insert into flow_phases (flow_id, phase, position, status) values (?, ?, ?, 'pending')",
          id.value(),
          phase.name(),
          position++);
    }
  }

  void startPhase(Transaction transaction, FlowId id, PhaseDefinition phase) {
    transaction
        .handle()
        .createUpdate(
            """
            update flow_phases set status = 'running', run = run + 1, started_at = skein_now(),
              deadline = skein_now() + :limit::interval, ended_at = null
            where flow_id = :id and phase = :phase
            """)
        .bind("limit", seconds(phase.timeLimit()))
        .bind("id", id.value())
        .bind("phase", phase.name())
        .execute();
  }

  /** What was left of a phase's time limit when the flow stopped is given anew in full. */
  void extendDeadlines(Transaction transaction, FlowId id, FlowDefinition definition) {
    for (PhaseDefinition phase : definition.phases()) {
      transaction
          .handle()
          .createUpdate(
              """
              update flow_phases set deadline = skein_now() + :limit::interval
              where flow_id = :id and phase = :phase and status = 'running'
              """)
          .bind("limit", seconds(phase.timeLimit()))
          .bind("id", id.value())
          .bind("phase", phase.name())
          .execute();
    }
  }

  void endPhase(
      Transaction transaction, FlowId id, String phase, PhaseStatus status, JsonNode summary) {
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

  /** The status, the approval, the error and the progress of a flow in one write. */
  void change(Transaction transaction, FlowId id, FlowChange change) {
    transaction
        .handle()
        .createUpdate(
            """
            update flows set status = :status, progress = :progress, approval = :approval::jsonb,
              error_phase = :errorPhase, error_reason = :errorReason
            where id = :id
            """)
        .bind("status", change.status().wireName())
        .bind("progress", change.progress())
        .bind("approval", change.approval() == null ? null : change.approval().toString())
        .bind("errorPhase", change.error() == null ? null : change.error().phase())
        .bind("errorReason", change.error() == null ? null : change.error().reason())
        .bind("id", id.value())
        .execute();
  }

  /** The flow's version is the sequence of the event that last changed it. */
  void stamp(Transaction transaction, FlowId id, Appended appended) {
    transaction
        .handle()
        .execute(
            "update flows set version = ?, updated_at = skein_now() where id = ?",
            appended.stateVersion(),
            id.value());
  }

  void cancelOpenPhases(Transaction transaction, FlowId id) {
    transaction
        .handle()
        .execute(
            "update flow_phases set status = 'cancelled', ended_at = skein_now()"
                + " where flow_id = ? and status <> 'completed'",
            id.value());
  }

  /** Issues the next fence of the flow; only the latest may write as the holder of its lock. */
  Optional<Long> issueFence(Transaction transaction, Owner owner, FlowId id) {
    return transaction
        .handle()
        .createQuery(
            "update flows set fence = fence + 1"
                + " where id = ? and tenant = ? and engagement = ? returning fence")
        .bind(0, id.value())
        .bind(1, owner.tenant())
        .bind(2, owner.engagement())
        .mapTo(Long.class)
        .findOne();
  }

  boolean holdsFence(Transaction transaction, FlowId id, long fence) {
    return transaction
        .handle()
        .createQuery("select fence = ? from flows where id = ?")
        .bind(0, fence)
        .bind(1, id.value())
        .mapTo(Boolean.class)
        .one();
  }

  private Flow flow(ResultSet row) throws SQLException {
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

  private static String seconds(Duration duration) {
    return duration.toMillis() + " milliseconds";
  }
}
