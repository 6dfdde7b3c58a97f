package io.skein.flows;

import io.skein.events.Appended;
import io.skein.postgres.Database;
import io.skein.postgres.Transaction;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The table {@code flows}. Thread safe. */
final class FlowStore {
  private final Database database;
  private final FlowRow row;

  FlowStore(Database database, JsonMapper json) {
    this.database = database;
    this.row = new FlowRow(json);
  }

  Optional<Flow> find(Owner owner, FlowId id) {
    return database.read(handle ->
        handle
            .createQuery(
                FlowRow.SELECT
                    + " where f.id = :id and f.tenant = :tenant and f.engagement = :engagement")
            .bind("id", id.value())
            .bind("tenant", owner.tenant())
            .bind("engagement", owner.engagement())
            .map(row)
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

  List<Flow> find(Owner owner, Collection<FlowId> flows) {
    Object[] ids = flows.stream().map(FlowId::value).toArray();
    return database.read(handle ->
        handle
            .createQuery(
                FlowRow.SELECT
                    + """
                    where f.id = any(:ids) and f.tenant = :tenant and f.engagement = :engagement
                    order by f.id
                    """)
            .bindArray("ids", UUID.class, ids)
            .bind("tenant", owner.tenant())
            .bind("engagement", owner.engagement())
            .map(row)
            .list());
  }

  Map<FlowId, Owner> owners(Collection<FlowId> flows) {
    Object[] ids = flows.stream().map(FlowId::value).toArray();
    Map<FlowId, Owner> owners = new HashMap<>();
    database.read(handle ->
        handle
            .createQuery("select id, tenant, engagement from flows where id = any(:ids)")
            .bindArray("ids", UUID.class, ids)
            .map((found, context) ->
                owners.put(
                    new FlowId(found.getObject("id", UUID.class)),
                    new Owner(found.getString("tenant"), found.getString("engagement"))))
            .list());
    return owners;
  }

  Optional<Flow> findOfAnyOwner(FlowId id) {
    return database.read(handle ->
        handle
            .createQuery(FlowRow.SELECT + " where f.id = :id")
            .bind("id", id.value())
            .map(row)
            .findOne());
  }

  /** The streams' index of changes has no order, but finds a day's. */
  List<FlowId> recentlyChanged(int most) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                select f.id from flows f join streams s on s.id = f.id
                where s.changed_at >= skein_now() - interval '1 day'
                order by s.changed_at desc limit :most
                """)
            .bind("most", most)
            .map((found, context) -> new FlowId(found.getObject("id", UUID.class)))
            .list());
  }

  /** For workers, whose right to the flow is the task they were given. */
  Flow load(Handle handle, FlowId id) {
    return handle
        .createQuery(FlowRow.SELECT + " where f.id = :id")
        .bind("id", id.value())
        .map(row)
        .one();
  }

  /** Newest first; {@code before} is the last id of the previous page. */
  List<Flow> list(Owner owner, @Nullable FlowId before, int limit) {
    return database.read(handle ->
        handle
            .createQuery(
                FlowRow.SELECT
                    + """
                    where f.tenant = :tenant and f.engagement = :engagement
                      and (:before::uuid is null or f.id < :before::uuid)
                    order by f.id desc limit :limit
                    """)
            .bind("tenant", owner.tenant())
            .bind("engagement", owner.engagement())
            .bind("before", before == null ? null : before.value())
            .bind("limit", limit)
            .map(row)
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
    transaction
        .handle()
        .createUpdate(
            """
            insert into flows (id, tenant, engagement, kind, definition_version, name, status,
                               as_of, correlation_id, traceparent, created_by, created_at, updated_at)
            values (:id, :tenant, :engagement, :kind, :version, :name, 'initializing',
                    :asOf, :correlation, :traceparent, :createdBy, skein_now(), skein_now())
            """)
        .bind("id", id.value())
        .bind("tenant", flow.owner().tenant())
        .bind("engagement", flow.owner().engagement())
        .bind("kind", definition.kind())
        .bind("version", definition.version())
        .bind("name", flow.name())
        .bind("asOf", flow.asOf())
        .bind("correlation", flow.correlationId())
        .bind("traceparent", flow.trace() == null ? null : flow.trace().toString())
        .bind("createdBy", flow.createdBy())
        .execute();
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
}
