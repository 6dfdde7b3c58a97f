package io.skein.discovery;

import io.skein.discovery.csv.CsvLimits;
import io.skein.discovery.csv.CsvScanner;
import io.skein.discovery.csv.Refusal;
import io.skein.flows.UploadId;
import io.skein.flows.UploadStore;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Tells at the door whether an upload is an inventory that can be read, so that the user hears of a
 * PDF named {@code .csv} at once and not from a failed flow. Thread safe.
 */
public final class UploadCheck {
  private final UploadStore uploads;

  public UploadCheck(UploadStore uploads) {
    this.uploads = uploads;
  }

  /**
   * Reads the stored file once from beginning to end.
   *
   * @return why it cannot be imported; empty when it can
   */
  public Optional<Refusal> refusal(UploadId upload) throws IOException {
    try (InputStream in = uploads.read(upload)) {
      return CsvScanner.check(in, CsvLimits.DEFAULT);
    }
  }
}
