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
    PreparedBatch insert =
        transaction
            .handle()
            .prepareBatch(
                """
                insert into asset_edges (flow_id, n, from_key, to_key, kind, port, process)
                values (:flow, :n, :from, :to, :kind, :port, :process)
                """);
    long number = firstNumber;
    for (Edge edge : edges) {
      insert
          .bind("flow", flow.value())
          .bind("n", number++)
          .bind("from", edge.from())
          .bind("to", edge.to())
          .bind("kind", edge.kind().toString())
          .bind("port", edge.port())
          .bind("process", edge.process())
          .add();
    }
    insert.execute();
  }

  void assess(Transaction transaction, FlowId flow, List<Assessed> assessed) {
    PreparedBatch update =
        transaction
            .handle()
            .prepareBatch(
                """
                update assets set lifecycle_status = :status, lifecycle = :lifecycle::jsonb,
                  strategy = :strategy, six_r = :sixR::jsonb
                where flow_id = :flow and key = :key
                """);
    for (Assessed asset : assessed) {
      LifecycleAssessment lifecycle = asset.lifecycle();
      update
          .bind("status", lifecycle == null ? null : lifecycle.status().toString())
          .bind("lifecycle", lifecycle == null ? null : json.writeValueAsString(lifecycle))
          .bind("strategy", asset.sixR().strategy().toString())
          .bind("sixR", json.writeValueAsString(asset.sixR()))
          .bind("flow", flow.value())
          .bind("key", asset.key())
          .add();
    }
    update.execute();
  }

  void insertNodes(Transaction transaction, FlowId flow, List<NodePosition> nodes) {
    PreparedBatch insert =
        transaction
            .handle()
            .prepareBatch(
                """
                insert into dependency_nodes (flow_id, key, wave, cluster, cycle, dependents)
                values (:flow, :key, :wave, :cluster, :cycle, :dependents)
                """);
    for (NodePosition node : nodes) {
      insert
          .bind("flow", flow.value())
          .bind("key", node.key())
          .bind("wave", node.wave())
          .bind("cluster", node.cluster())
          .bind("cycle", node.cycle())
          .bind("dependents", node.dependents())
          .add();
    }
    insert.execute();
  }

  void insertDependencyReport(Transaction transaction, FlowId flow, ObjectNode report) {
    transaction
        .handle()
        .execute(
            "insert into dependency_reports (flow_id, report) values (?, ?::jsonb)",
            flow.value(),
            json.writeValueAsString(report));
  }

  void insertFindings(Transaction transaction, FlowId flow, List<Finding> findings) {
    if (findings.isEmpty()) {
      return;
    }
    PreparedBatch insert =
        transaction
            .handle()
            .prepareBatch(
                """
                insert into findings (flow_id, severity, category, asset_key, title, detail)
                values (:flow, :severity, :category, :asset, :title, :detail)
                """);
    for (Finding finding : findings) {
      insert
          .bind("flow", flow.value())
          .bind("severity", finding.severity().toString())
          .bind("category", finding.category().toString())
          .bind("asset", finding.asset())
          .bind("title", finding.title())
          .bind("detail", finding.detail())
          .add();
    }
    insert.execute();
  }

  /**
   * @param lifecycle null for what has no operating system to speak of, such as an application
   */
  record Assessed(String key, @Nullable LifecycleAssessment lifecycle, SixR sixR) {}
}
