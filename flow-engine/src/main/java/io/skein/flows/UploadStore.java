package io.skein.flows;

import io.skein.postgres.Database;
import io.skein.postgres.Transaction;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Collection;
import java.util.UUID;

/**
 * Uploaded files in chunks of 1 MiB, each written in its own transaction as it arrives: a file is
 * never held in memory. Thread safe.
 */
public final class UploadStore {
  static final int CHUNK_BYTES = 1 << 20;

  private final Database database;

  public UploadStore(Database database) {
    this.database = database;
  }

  /**
   * Begins a file. Until a flow takes it over it is an orphan and is swept when nothing arrived for
   * an hour.
   *
   * @param position its place among the files of the flow
   * @param name as the user called it
   */
  public UploadWriter begin(Owner owner, int position, String name) {
    UploadId id = UploadId.next();
    database.useTransaction(transaction ->
        transaction
            .handle()
            .createUpdate(
                """
                insert into uploads (id, tenant, engagement, position, name, created_at)
                values (:id, :tenant, :engagement, :position, :name, skein_now())
                """)
            .bind("id", id.value())
            .bind("tenant", owner.tenant())
            .bind("engagement", owner.engagement())
            .bind("position", position)
            .bind("name", name)
            .execute());
    return new UploadWriter(database, id);
  }

  /** Makes stored files the flow's, in the transaction that creates it. */
  void claim(Transaction transaction, FlowId flow, Collection<UploadId> uploads) {
    for (UploadId upload : uploads) {
      int claimed =
          transaction
              .handle()
              .execute(
                  "update uploads set flow_id = ? where id = ? and flow_id is null",
                  flow.value(),
                  upload.value());
      if (claimed == 0) {
        throw new IllegalStateException(
            "upload " + upload + " is gone or belongs to another flow; upload the file again");
      }
    }
  }

  /** Removes files that no flow took over. */
  public void discard(Collection<UploadId> uploads) {
    UUID[] ids = uploads.stream().map(UploadId::value).toArray(UUID[]::new);
    database.useTransaction(transaction ->
        transaction
            .handle()
            .createUpdate("delete from uploads where id = any(:ids) and flow_id is null")
            .bindArray("ids", UUID.class, (Object[]) ids)
            .execute());
  }

  /**
   * Removes files that no flow took over and of which nothing arrived for so long; the client went
   * away in the middle. A transaction each, since a file may be large.
   *
   * @return how many
   */
  public int sweepOrphans(Duration age) {
    int swept = 0;
    while (sweepOrphan(age)) {
      swept++;
    }
    return swept;
  }

  private boolean sweepOrphan(Duration age) {
    return database.inTransaction(transaction ->
        transaction
                .handle()
                .createUpdate(
                    """
                    delete from uploads where id = (
                      select id from uploads
                      where flow_id is null and touched_at < skein_now() - :age::interval
                      for update skip locked limit 1)
                    """)
                .bind("age", age.toSeconds() + " seconds")
                .execute()
            == 1);
  }

  /** The whole file, read chunk by chunk. */
  public InputStream read(UploadId upload) {
    return new UploadInputStream(n -> chunk(upload, n));
  }

  /**
   * A part of the file.
   *
   * @param from first byte
   * @param to the byte after the last
   */
  public byte[] read(UploadId upload, long from, long to) throws IOException {
    try (InputStream in =
        new UploadInputStream(n -> chunk(upload, n), Math.toIntExact(from / CHUNK_BYTES))) {
      in.skipNBytes(from % CHUNK_BYTES);
      return in.readNBytes(Math.toIntExact(to - from));
    }
  }

  private byte[] chunk(UploadId upload, int n) {
    return database.read(handle ->
        handle
            .createQuery("select bytes from upload_chunks where upload_id = ? and n = ?")
            .bind(0, upload.value())
            .bind(1, n)
            .mapTo(byte[].class)
            .findOne()
            .orElse(UploadInputStream.END));
  }
}
