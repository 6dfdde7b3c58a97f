package io.skein.discovery;

import io.skein.discovery.dependencies.Edge;
import io.skein.discovery.dependencies.NodePosition;
import io.skein.discovery.inventory.InventoryAsset;
import io.skein.discovery.lifecycle.Finding;
import io.skein.discovery.lifecycle.LifecycleAssessment;
import io.skein.discovery.lifecycle.SixR;
import io.skein.flows.FlowId;
import io.skein.postgres.Database;
import io.skein.postgres.Identifiers;
import io.skein.postgres.Transaction;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The inventory of a flow and what the analyses add to it. Thread safe. */
final class AssetStore {
  private static final int FETCH = 1_000;

  private final Database database;
  private final JsonMapper json;

  AssetStore(Database database, JsonMapper json) {
    this.database = database;
    this.json = json;
  }

  /** Writes assets by their natural keys; writing the same ones again changes nothing. */
  void upsert(Transaction transaction, FlowId flow, List<InventoryAsset> assets) {
    write(
        transaction,
        flow,
        assets,
        """
        do update set type = excluded.type, name = excluded.name, asset = excluded.asset
        """);
  }

  /** Writes assets that were only named by others; one that has rows of its own stands. */
  void insertIfAbsent(Transaction transaction, FlowId flow, List<InventoryAsset> assets) {
    write(transaction, flow, assets, "do nothing");
  }

  private void write(
      Transaction transaction, FlowId flow, List<InventoryAsset> assets, String onConflict) {
    if (assets.isEmpty()) {
      return;
    }
    PreparedBatch insert =
        transaction
            .handle()
            .prepareBatch(
                """
                insert into assets (flow_id, key, id, type, name, asset)
                values (:flow, :key, :id, :type, :name, :asset::jsonb)
                on conflict (flow_id, key)
                """
                    + onConflict);
    for (InventoryAsset asset : assets) {
      insert
          .bind("flow", flow.value())
          .bind("key", asset.key())
          .bind("id", Identifiers.next())
          .bind("type", asset.type().toString())
          .bind("name", asset.facts().displayName())
          .bind("asset", json.writeValueAsString(asset))
          .add();
    }
    insert.execute();
  }

  /** How many assets there are of each type. */
  Map<String, Long> countByType(FlowId flow) {
    return countBy("type", flow);
  }

  /** How many assets have each lifecycle status; those that have none are left out. */
  Map<String, Long> countByLifecycle(FlowId flow) {
    return countBy("lifecycle_status", flow);
  }

  /** For how many assets each strategy is suggested. */
  Map<String, Long> countByStrategy(FlowId flow) {
    return countBy("strategy", flow);
  }

  private Map<String, Long> countBy(String column, FlowId flow) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                select <column> as value, count(*) as n from assets
                where flow_id = :flow and <column> is not null group by <column>
                """)
            .define("column", column)
            .bind("flow", flow.value())
            .reduceRows(
                new TreeMap<String, Long>(),
                (counts, row) -> {
                  counts.put(row.getColumn("value", String.class), row.getColumn("n", Long.class));
                  return counts;
                }));
  }

  /** First keys of ranges with so many assets each, in order. */
  List<String> boundaries(FlowId flow, int assets) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                select key from (
                  select key, row_number() over (order by key) as n
                  from assets where flow_id = :flow) a
                where (n - 1) % :assets = 0 order by key
                """)
            .bind("flow", flow.value())
            .bind("assets", assets)
            .mapTo(String.class)
            .list());
  }

  /**
   * The assets of a range of keys.
   *
   * @param to the key after the last, or null for all from {@code from}
   */
  List<InventoryAsset> range(FlowId flow, String from, @Nullable String to) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                select asset from assets
                where flow_id = :flow and key >= :from and (:to::text is null or key < :to)
                order by key
                """)
            .bind("flow", flow.value())
            .bind("from", from)
            .bind("to", to)
            .mapTo(String.class)
            .map(text -> json.readValue(text, InventoryAsset.class))
            .list());
  }

  /** Gives every asset in the order of the keys; fetched piece by piece. */
  void forEach(FlowId flow, Consumer<InventoryAsset> consumer) {
    database.useTransaction(transaction -> {
      try (Stream<String> assets =
          transaction
              .handle()
              .createQuery("select asset from assets where flow_id = ? order by key")
              .setFetchSize(FETCH)
              .bind(0, flow.value())
              .mapTo(String.class)
              .stream()) {
        assets.forEach(text -> consumer.accept(json.readValue(text, InventoryAsset.class)));
      }
    });
  }

  void insertEdges(Transaction transaction, FlowId flow, long firstNumber, List<Edge> edges) {
    transaction
        .handle()
        .createUpdate(
            """
            insert into asset_edges (flow_id, n, from_key, to_key, kind, port, process)
            select :flow, :first + e.place - 1, e.from_key, e.to_key, e.kind, e.port, e.process
            from unnest(:froms, :tos, :kinds, :ports, :processes)
              with ordinality as e(from_key, to_key, kind, port, process, place)
            """)
        .bind("flow", flow.value())
        .bind("first", firstNumber)
        .bindArray("froms", String.class, column(edges, Edge::from))
        .bindArray("tos", String.class, column(edges, Edge::to))
        .bindArray("kinds", String.class, column(edges, edge -> edge.kind().toString()))
        .bindArray("ports", Integer.class, column(edges, Edge::port))
        .bindArray("processes", String.class, column(edges, Edge::process))
        .execute();
  }

  void assess(Transaction transaction, FlowId flow, List<Assessed> assessed) {
    transaction
        .handle()
        .createUpdate(
            """
            update assets a set lifecycle_status = n.status, lifecycle = n.lifecycle::jsonb,
              strategy = n.strategy, six_r = n.six_r::jsonb
            from unnest(:keys, :statuses, :lifecycles, :strategies, :sixRs)
              as n(key, status, lifecycle, strategy, six_r)
            where a.flow_id = :flow and a.key = n.key
            """)
        .bind("flow", flow.value())
        .bindArray("keys", String.class, column(assessed, Assessed::key))
        .bindArray("statuses", String.class, column(assessed, Assessed::status))
        .bindArray(
            "lifecycles",
            String.class,
            column(
                assessed,
                a -> a.lifecycle() == null ? null : json.writeValueAsString(a.lifecycle())))
        .bindArray(
            "strategies", String.class, column(assessed, a -> a.sixR().strategy().toString()))
        .bindArray("sixRs", String.class, column(assessed, a -> json.writeValueAsString(a.sixR())))
        .execute();
  }

  void insertNodes(Transaction transaction, FlowId flow, List<NodePosition> nodes) {
    transaction
        .handle()
        .createUpdate(
            """
            insert into dependency_nodes (flow_id, key, wave, cluster, cycle, dependents)
            select :flow, n.key, n.wave, n.cluster, n.cycle, n.dependents
            from unnest(:keys, :waves, :clusters, :cycles, :dependents)
              as n(key, wave, cluster, cycle, dependents)
            """)
        .bind("flow", flow.value())
        .bindArray("keys", String.class, column(nodes, NodePosition::key))
        .bindArray("waves", Integer.class, column(nodes, NodePosition::wave))
        .bindArray("clusters", Integer.class, column(nodes, NodePosition::cluster))
        .bindArray("cycles", Integer.class, column(nodes, NodePosition::cycle))
        .bindArray("dependents", Integer.class, column(nodes, NodePosition::dependents))
        .execute();
  }

  void insertDependencyReport(Transaction transaction, FlowId flow, ObjectNode report) {
    transaction
        .handle()
        .execute(
            "insert into dependency_reports (flow_id, report) values (?, ?::jsonb)",
            flow.value(),
            json.writeValueAsString(report));
  }

  /**
   * @param phase that found them
   */
  void insertFindings(Transaction transaction, FlowId flow, String phase, List<Finding> findings) {
    transaction
        .handle()
        .createUpdate(
            """
            insert into findings (flow_id, phase, severity, category, asset_key, title, detail)
            select :flow, :phase, f.severity, f.category, f.asset, f.title, f.detail
            from unnest(:severities, :categories, :assets, :titles, :details)
              with ordinality as f(severity, category, asset, title, detail, place)
            order by f.place
            """)
        .bind("flow", flow.value())
        .bind("phase", phase)
        .bindArray("severities", String.class, column(findings, f -> f.severity().toString()))
        .bindArray("categories", String.class, column(findings, f -> f.category().toString()))
        .bindArray("assets", String.class, column(findings, Finding::asset))
        .bindArray("titles", String.class, column(findings, Finding::title))
        .bindArray("details", String.class, column(findings, Finding::detail))
        .execute();
  }

  private static <R, T extends @Nullable Object> List<T> column(
      List<R> rows, Function<R, T> value) {
    return rows.stream().map(value).toList();
  }

  /**
   * @param lifecycle null for what has no operating system to speak of, such as an application
   */
  record Assessed(String key, @Nullable LifecycleAssessment lifecycle, SixR sixR) {
    @Nullable String status() {
      return lifecycle == null ? null : lifecycle.status().toString();
    }
  }
}
