package io.skein.discovery;

import io.skein.discovery.cleansing.CleanAsset;
import io.skein.discovery.cleansing.SourceRow;
import io.skein.discovery.dependencies.NamedEdge;
import io.skein.flows.FlowId;
import io.skein.postgres.Database;
import io.skein.postgres.Transaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Clean rows between the cleansing and the inventory. Thread safe. */
final class StagingStore {
  /** Rows that may describe one asset; a block of more is no asset but a word such as localhost. */
  static final int BLOCK_ROWS = 5_000;

  /** The same in bytes of JSON, since a block is merged in memory. */
  static final int BLOCK_BYTES = 4 << 20;

  private static final int FETCH = 1_000;

  private final Database database;
  private final JsonMapper json;

  StagingStore(Database database, JsonMapper json) {
    this.database = database;
    this.json = json;
  }

  void insertAssets(Transaction transaction, FlowId flow, int position, List<CleanAsset> assets) {
    if (assets.isEmpty()) {
      return;
    }
    PreparedBatch insert =
        transaction
            .handle()
            .prepareBatch(
                """
                insert into staged_assets (flow_id, position, row_number, block, asset)
                values (:flow, :position, :row, :block, :asset::jsonb)
                """);
    for (CleanAsset asset : assets) {
      insert
          .bind("flow", flow.value())
          .bind("position", position)
          .bind("row", asset.source().row())
          .bind("block", asset.mergeKey())
          .bind("asset", json.writeValueAsString(asset))
          .add();
    }
    insert.execute();
  }

  void insertEdges(Transaction transaction, FlowId flow, int position, List<StagedEdge> edges) {
    if (edges.isEmpty()) {
      return;
    }
    PreparedBatch insert =
        transaction
            .handle()
            .prepareBatch(
                """
                insert into staged_edges (flow_id, position, row_number, n, edge)
                values (:flow, :position, :row, :n, :edge::jsonb)
                """);
    for (StagedEdge edge : edges) {
      insert
          .bind("flow", flow.value())
          .bind("position", position)
          .bind("row", edge.row())
          .bind("n", edge.n())
          .bind("edge", json.writeValueAsString(edge.edge()))
          .add();
    }
    insert.execute();
  }

  /** How many rows were staged, and how many of them share their block with another. */
  Counts counts(FlowId flow) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                select coalesce(sum(c), 0) as rows, coalesce(sum(c) filter (where c > 1), 0) as repeated,
                  (select count(*) from staged_edges where flow_id = :flow) as edges
                from (select count(*) as c from staged_assets where flow_id = :flow group by block) b
                """)
            .bind("flow", flow.value())
            .map((row, context) ->
                new Counts(row.getLong("rows"), row.getLong("repeated"), row.getLong("edges")))
            .one());
  }

  /** First blocks of ranges with about so many rows, or bytes of JSON, each; in order. */
  List<String> boundaries(FlowId flow, int rows, long bytes) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                select distinct min(block) from (
                  select block, count(*) over so_far as n,
                    sum(octet_length(asset::text)) over so_far as bytes
                  from staged_assets where flow_id = :flow window so_far as (order by block)) b
                group by n / :rows + floor(bytes / :bytes) order by 1
                """)
            .bind("flow", flow.value())
            .bind("rows", rows)
            .bind("bytes", bytes)
            .mapTo(String.class)
            .list());
  }

  /**
   * The clean rows of a range of blocks, by block; of each block no more than {@link #BLOCK_ROWS}
   * and {@link #BLOCK_BYTES}.
   *
   * @param to the block after the last, or null for all from {@code from}
   */
  List<CleanAsset> assets(FlowId flow, String from, @Nullable String to) {
    return database.read(handle ->
        range(
                handle.createQuery(
                    """
                    select asset from ( <placed> ) placed where n <= :blockRows and bytes <= :blockBytes
                    order by block, position, row_number
                    """),
                flow,
                from,
                to)
            .mapTo(String.class)
            .map(text -> json.readValue(text, CleanAsset.class))
            .list());
  }

  /**
   * Refuses the rows that {@link #assets} leaves out, each with a reason, and counts them as
   * rejected.
   */
  void refuseSurplus(Transaction transaction, FlowId flow, String from, @Nullable String to) {
    range(
            transaction
                .handle()
                .createUpdate(
                    """
                    with surplus as (
                      select position, row_number from ( <placed> ) placed
                      where n > :blockRows or bytes > :blockBytes),
                    told as (
                      insert into import_errors
                        (flow_id, phase, file, row_number, column_name, value, reason, rejected)
                      select :flow, :phase, f.name, s.row_number, '', '',
                        'too many rows describe what seems to be one asset; those past '
                          || :blockRows || ' rows or ' || :blockBytes || ' bytes are left out', true
                      from surplus s
                      join discovery_files f on f.flow_id = :flow and f.position = s.position)
                    update discovery_files f set rows_surplus = rows_surplus + s.rows
                    from (select position, count(*) as rows from surplus group by position) s
                    where f.flow_id = :flow and f.position = s.position
                    """),
            flow,
            from,
            to)
        .bind("phase", DiscoveryFlow.INVENTORY)
        .execute();
  }

  /** Every row of a range of blocks with its place and weight within its block. */
  private static <S extends SqlStatement<S>> S range(
      S statement, FlowId flow, String from, @Nullable String to) {
    return statement
        .define(
            "placed",
            """
            select block, position, row_number, asset, row_number() over in_block as n,
              sum(octet_length(asset::text)) over in_block as bytes
            from staged_assets
            where flow_id = :flow and block >= :from and (:to::text is null or block < :to)
            window in_block as (partition by block order by position, row_number)
            """)
        .bind("flow", flow.value())
        .bind("from", from)
        .bind("to", to)
        .bind("blockRows", BLOCK_ROWS)
        .bind("blockBytes", BLOCK_BYTES);
  }

  /** Gives every staged edge in order; fetched piece by piece. */
  void forEachEdge(FlowId flow, Consumer<StatedEdge> consumer) {
    database.useTransaction(transaction -> {
      try (Stream<StatedEdge> edges =
          transaction
              .handle()
              .createQuery(
                  """
                  select f.name, e.row_number, e.n, e.edge from staged_edges e
                  join discovery_files f on f.flow_id = e.flow_id and f.position = e.position
                  where e.flow_id = ? order by e.position, e.row_number, e.n
                  """)
              .setFetchSize(FETCH)
              .bind(0, flow.value())
              .map((row, context) -> edge(row))
              .stream()) {
        edges.forEach(consumer);
      }
    });
  }

  private StatedEdge edge(ResultSet row) throws SQLException {
    return new StatedEdge(
        new SourceRow(row.getString("name"), row.getLong("row_number")),
        json.readValue(row.getString("edge"), NamedEdge.class));
  }

  /** An edge and the row that states it. */
  record StatedEdge(SourceRow source, NamedEdge edge) {}

  /**
   * @param row in its file
   * @param n among the edges of the row
   */
  record StagedEdge(long row, int n, NamedEdge edge) {}

  /**
   * @param repeated rows that share their block with another
   */
  record Counts(long rows, long repeated, long edges) {}
}
