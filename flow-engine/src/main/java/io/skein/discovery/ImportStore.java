package io.skein.discovery;

import io.skein.discovery.csv.Batch;
import io.skein.discovery.csv.CsvLayout;
import io.skein.discovery.csv.Row;
import io.skein.discovery.csv.Scanned;
import io.skein.discovery.mapping.FileMapping;
import io.skein.discovery.mapping.Mapping;
import io.skein.flows.FlowId;
import io.skein.flows.UploadId;
import io.skein.postgres.Database;
import io.skein.postgres.Transaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.statement.PreparedBatch;
import tools.jackson.databind.json.JsonMapper;

/** The flow's files as they were read: layout, sample, mapping, batches. Thread safe. */
final class ImportStore {
  /** Without the sample, which only the mapping needs. */
  private static final String FILE =
      "select position, upload_id, name, layout, mapping from discovery_files";

  private final Database database;
  private final JsonMapper json;

  ImportStore(Database database, JsonMapper json) {
    this.database = database;
    this.json = json;
  }

  void insertFile(
      Transaction transaction,
      FlowId flow,
      int position,
      UploadId upload,
      String name,
      Scanned scanned) {
    transaction
        .handle()
        .createUpdate(
            """
            insert into discovery_files (flow_id, position, upload_id, name, layout, sample,
                                         rows_read, rows_rejected)
            values (:flow, :position, :upload, :name, :layout::jsonb, :sample::jsonb, :read, :rejected)
            """)
        .bind("flow", flow.value())
        .bind("position", position)
        .bind("upload", upload.value())
        .bind("name", name)
        .bind("layout", json.writeValueAsString(scanned.layout()))
        .bind("sample", json.writeValueAsString(scanned.sample()))
        .bind("read", scanned.rows())
        .bind("rejected", scanned.rejected())
        .execute();
  }

  void insertBatches(Transaction transaction, FlowId flow, int position, List<Batch> batches) {
    PreparedBatch insert =
        transaction
            .handle()
            .prepareBatch(
                """
                insert into discovery_batches (flow_id, position, n, byte_from, byte_to, first_row,
                                               first_line, row_count)
                values (:flow, :position, :n, :from, :to, :firstRow, :firstLine, :rows)
                """);
    for (Batch batch : batches) {
      insert
          .bind("flow", flow.value())
          .bind("position", position)
          .bind("n", batch.n())
          .bind("from", batch.byteFrom())
          .bind("to", batch.byteTo())
          .bind("firstRow", batch.firstRow())
          .bind("firstLine", batch.firstLine())
          .bind("rows", batch.rows())
          .add();
    }
    insert.execute();
  }

  /** The batches of all files, by file and number. */
  List<FileBatch> batches(FlowId flow) {
    return database.read(handle ->
        handle
            .createQuery("select * from discovery_batches where flow_id = ? order by position, n")
            .bind(0, flow.value())
            .map((row, context) -> batch(row))
            .list());
  }

  FileBatch batch(FlowId flow, int position, int n) {
    return database.read(handle ->
        handle
            .createQuery(
                "select * from discovery_batches where flow_id = ? and position = ? and n = ?")
            .bind(0, flow.value())
            .bind(1, position)
            .bind(2, n)
            .map((row, context) -> batch(row))
            .one());
  }

  List<DiscoveryFile> files(FlowId flow) {
    return database.read(handle ->
        handle
            .createQuery(FILE + " where flow_id = ? order by position")
            .bind(0, flow.value())
            .map((row, context) -> file(row))
            .list());
  }

  DiscoveryFile file(FlowId flow, int position) {
    return database.read(handle ->
        handle
            .createQuery(FILE + " where flow_id = ? and position = ?")
            .bind(0, flow.value())
            .bind(1, position)
            .map((row, context) -> file(row))
            .one());
  }

  /** The rows that the mapping of a file is proposed from. */
  List<Row> sample(FlowId flow, int position) {
    return database.read(handle ->
        handle
            .createQuery("select sample from discovery_files where flow_id = ? and position = ?")
            .bind(0, flow.value())
            .bind(1, position)
            .mapTo(String.class)
            .map(text -> List.of(json.readValue(text, Row[].class)))
            .one());
  }

  /** Keeps the mapping, file by file in the order of the files. */
  void saveMapping(Transaction transaction, FlowId flow, Mapping mapping) {
    int index = 0;
    List<Integer> positions =
        transaction
            .handle()
            .createQuery("select position from discovery_files where flow_id = ? order by position")
            .bind(0, flow.value())
            .mapTo(Integer.class)
            .list();
    for (FileMapping file : mapping.files()) {
      transaction
          .handle()
          .execute(
              "update discovery_files set mapping = ?::jsonb where flow_id = ? and position = ?",
              json.writeValueAsString(file),
              flow.value(),
              positions.get(index++));
    }
  }

  /** Rows that can be read and still cannot be used. */
  void addUncleansable(Transaction transaction, FlowId flow, int position, long rows) {
    transaction
        .handle()
        .execute(
            "update discovery_files set rows_uncleansable = rows_uncleansable + ?"
                + " where flow_id = ? and position = ?",
            rows,
            flow.value(),
            position);
  }

  private DiscoveryFile file(ResultSet row) throws SQLException {
    String mapping = row.getString("mapping");
    return new DiscoveryFile(
        row.getInt("position"),
        new UploadId(row.getObject("upload_id", UUID.class)),
        row.getString("name"),
        json.readValue(row.getString("layout"), CsvLayout.class),
        mapping == null ? null : json.readValue(mapping, FileMapping.class));
  }

  private static FileBatch batch(ResultSet row) throws SQLException {
    return new FileBatch(
        row.getInt("position"),
        new Batch(
            row.getInt("n"),
            row.getLong("byte_from"),
            row.getLong("byte_to"),
            row.getLong("first_row"),
            row.getInt("row_count"),
            row.getLong("first_line")));
  }

  /**
   * A batch and the file it is of.
   *
   * @param position of the file
   */
  record FileBatch(int position, Batch batch) {}
}
