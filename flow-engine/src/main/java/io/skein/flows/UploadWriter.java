package io.skein.flows;

import io.skein.postgres.Database;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** Writes one upload, a chunk a transaction. Not thread safe. */
public final class UploadWriter {
  private final Database database;
  private final UploadId id;
  private final MessageDigest digest = sha256();
  private final byte[] buffer = new byte[UploadStore.CHUNK_BYTES];
  private int filled;
  private int chunks;
  private long total;

  UploadWriter(Database database, UploadId id) {
    this.database = database;
    this.id = id;
  }

  public UploadId id() {
    return id;
  }

  public void write(byte[] bytes, int offset, int length) {
    int from = offset;
    int left = length;
    while (left > 0) {
      int count = Math.min(left, buffer.length - filled);
      System.arraycopy(bytes, from, buffer, filled, count);
      filled += count;
      from += count;
      left -= count;
      if (filled == buffer.length) {
        flush();
      }
    }
  }

  /** Writes the rest; the file is complete. */
  public Upload finish() {
    if (filled > 0) {
      flush();
    }
    String sha256 = HexFormat.of().formatHex(digest.digest());
    database.useTransaction(transaction ->
        requireExists(
            transaction
                .handle()
                .execute(
                    "update uploads set bytes = ?, sha256 = ? where id = ?",
                    total,
                    sha256,
                    id.value())));
    return new Upload(id, total, sha256);
  }

  private void flush() {
    byte[] chunk = Arrays.copyOf(buffer, filled);
    digest.update(chunk);
    int n = chunks++;
    total += filled;
    filled = 0;
    database.useTransaction(transaction -> {
      requireExists(
          transaction
              .handle()
              .execute("update uploads set touched_at = skein_now() where id = ?", id.value()));
      transaction
          .handle()
          .execute(
              "insert into upload_chunks (upload_id, n, bytes) values (?, ?, ?)",
              id.value(),
              n,
              chunk);
    });
  }

  private void requireExists(int rows) {
    if (rows != 1) {
      throw new IllegalStateException("upload " + id + " was removed while it arrived");
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * A complete upload.
   *
   * @param bytes its size
   * @param sha256 of its content, in hexadecimal
   */
  public record Upload(UploadId id, long bytes, String sha256) {}
}
