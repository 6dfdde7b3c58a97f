package io.skein.discovery;

import io.skein.flows.FlowId;
import io.skein.postgres.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a discovery flow has found so far, page by page, as the API answers it. The caller has made
 * sure that the flow is his. Thread safe.
 */
public final class DiscoveryQueries {
  private final Database database;
  private final JsonMapper json;

  public DiscoveryQueries(Database database, JsonMapper json) {
    this.database = database;
    this.json = json;
  }

  /**
   * One page.
   *
   * @param next what to give as {@code after} for the next page; null at the end
   */
  public record Page(List<ObjectNode> items, @Nullable String next) {}

  /**
   * Which assets are wanted; null stands for all.
   *
   * @param wave those that migrate in this wave
   * @param cluster those of this cluster of the dependency graph
   */
  public record AssetFilter(
      @Nullable String type, @Nullable Integer wave, @Nullable Integer cluster) {}

  /**
   * Assets by key.
   *
   * @param after the key before the first one wanted, or null
   */
  public Page assets(FlowId flow, AssetFilter filter, @Nullable String after, int limit) {
    return page(
        """
        select a.key as cursor, a.id, a.type, a.name, a.asset, a.lifecycle, a.six_r,
          n.wave, n.cluster, n.cycle, n.dependents
        from assets a left join dependency_nodes n on n.flow_id = a.flow_id and n.key = a.key
        where a.flow_id = :flow and (:type::text is null or a.type = :type)
          and (:wave::integer is null or n.wave = :wave)
          and (:cluster::integer is null or n.cluster = :cluster)
          and (:after::text is null or a.key > :after)
        order by a.key limit :limit
        """,
        flow,
        limit,
        query ->
            query
                .bind("type", filter.type())
                .bind("wave", filter.wave())
                .bind("cluster", filter.cluster())
                .bind("after", after),
        this::asset);
  }

  /**
   * Edges in their order.
   *
   * @param after the number before the first one wanted, or null
   */
  public Page dependencies(FlowId flow, @Nullable Long after, int limit) {
    return page(
        """
        select n as cursor, from_key, to_key, kind, port, process from asset_edges
        where flow_id = :flow and n > coalesce(:after::bigint, 0) order by n limit :limit
        """,
        flow,
        limit,
        query -> query.bind("after", after),
        row -> {
          ObjectNode node = json.createObjectNode();
          node.put("from", row.getString("from_key")).put("to", row.getString("to_key"));
          node.put("kind", row.getString("kind"));
          node.put("port", row.getObject("port", Integer.class));
          node.put("process", row.getString("process"));
          return node;
        });
  }

  public Page findings(FlowId flow, @Nullable Long after, int limit) {
    return page(
        """
        select f.id as cursor, f.severity, f.category, f.asset_key, f.title, f.detail, a.id as asset_id,
               a.name as asset_name
        from findings f left join assets a on a.flow_id = f.flow_id and a.key = f.asset_key
        where f.flow_id = :flow and f.id > coalesce(:after::bigint, 0) order by f.id limit :limit
        """,
        flow,
        limit,
        query -> query.bind("after", after),
        row ->
            json.createObjectNode()
                .put("findingId", row.getLong("cursor"))
                .put("assetId", row.getString("asset_id"))
                .put("asset", row.getString("asset_name"))
                .put("assetKey", row.getString("asset_key"))
                .put("severity", row.getString("severity"))
                .put("category", row.getString("category"))
                .put("title", row.getString("title"))
                .put("detail", row.getString("detail")));
  }

  public Page importErrors(FlowId flow, @Nullable Long after, int limit) {
    return page(
        """
        select id as cursor, file, row_number, column_name, value, reason, rejected from import_errors
        where flow_id = :flow and id > coalesce(:after::bigint, 0) order by id limit :limit
        """,
        flow,
        limit,
        query -> query.bind("after", after),
        row ->
            json.createObjectNode()
                .put("file", row.getString("file"))
                .put("row", row.getLong("row_number"))
                .put("column", row.getString("column_name"))
                .put("value", row.getString("value"))
                .put("reason", row.getString("reason"))
                .put("rejected", row.getBoolean("rejected")));
  }

  /**
   * Counts, and the beginning of each list: waves, clusters, cycles, shared, isolated and only
   * referenced assets. Empty before the analysis has ended.
   */
  public Optional<ObjectNode> dependencyOutline(FlowId flow) {
    return document("select report from dependency_reports where flow_id = ?", flow);
  }

  /** The final report; empty before the flow has completed. */
  public Optional<ObjectNode> report(FlowId flow) {
    return document("select report from flow_reports where flow_id = ?", flow);
  }

  private Optional<ObjectNode> document(String sql, FlowId flow) {
    return database.read(handle ->
        handle
            .createQuery(sql)
            .bind(0, flow.value())
            .mapTo(String.class)
            .findOne()
            .map(text -> (ObjectNode) json.readTree(text)));
  }

  private Page page(String sql, FlowId flow, int limit, Binder binder, Reader reader) {
    List<Found> found =
        database.read(handle ->
            binder
                .bind(handle.createQuery(sql).bind("flow", flow.value()).bind("limit", limit + 1))
                .map((row, context) -> new Found(row.getString("cursor"), reader.read(row)))
                .list());
    List<Found> shown = found.size() > limit ? found.subList(0, limit) : found;
    String next = found.size() > limit ? shown.getLast().cursor() : null;
    return new Page(shown.stream().map(Found::node).toList(), next);
  }

  private ObjectNode asset(ResultSet row) throws SQLException {
    JsonNode asset = json.readTree(row.getString("asset"));
    JsonNode facts = asset.path("facts");
    ObjectNode node = json.createObjectNode();
    node.put("assetId", row.getString("id"));
    node.put("key", row.getString("cursor"));
    node.put("type", row.getString("type"));
    node.put("typeReason", asset.path("reason").asString(""));
    node.put("name", row.getString("name"));
    for (String field :
        List.of(
            "hostname",
            "fqdn",
            "ipAddresses",
            "environment",
            "cpuCores",
            "memoryMb",
            "storageGb",
            "site",
            "owner",
            "status",
            "virtualHost",
            "externalId",
            "applications")) {
      node.set(field, facts.path(field).isMissingNode() ? json.nullNode() : facts.get(field));
    }
    JsonNode system = facts.path("operatingSystem");
    node.set("os", system.isMissingNode() ? json.nullNode() : system);
    node.set("sources", asset.path("sources"));
    node.set("conflicts", asset.path("conflicts"));
    node.set("lifecycle", optional(row.getString("lifecycle")));
    node.set("sixR", optional(row.getString("six_r")));
    for (String field : List.of("wave", "cluster", "cycle", "dependents")) {
      node.put(field, row.getObject(field, Integer.class));
    }
    return node;
  }

  private JsonNode optional(@Nullable String text) {
    return text == null ? json.nullNode() : json.readTree(text);
  }

  /** The JSON of a page: {@code items} and {@code next}. */
  public ObjectNode json(Page page) {
    ObjectNode node = json.createObjectNode();
    ArrayNode items = node.putArray("items");
    page.items().forEach(items::add);
    node.put("next", page.next());
    return node;
  }

  @FunctionalInterface
  private interface Binder {
    Query bind(Query query);
  }

  @FunctionalInterface
  private interface Reader {
    ObjectNode read(ResultSet row) throws SQLException;
  }

  private record Found(String cursor, ObjectNode node) {}
}
