package io.skein.discovery.csv;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Scans bytes and keeps the batches; re-reads each batch from its range alone and demands the same
 * content.
 */
final class ScanFixture {
  final byte[] bytes;
  final ScanOutcome outcome;
  final List<ParsedBatch> batches = new ArrayList<>();

  ScanFixture(byte[] bytes, CsvLimits limits) {
    this.bytes = bytes;
    try {
      this.outcome =
          CsvScanner.<RuntimeException>scan(new ByteArrayInputStream(bytes), limits, batches::add);
    } catch (IOException e) {
      throw new IllegalStateException("reading from memory failed", e);
    }
    if (outcome instanceof Scanned scanned) {
      for (ParsedBatch batch : batches) {
        byte[] range =
            Arrays.copyOfRange(bytes, (int) batch.batch().byteFrom(), (int) batch.batch().byteTo());
        ParsedBatch again = BatchReader.read(range, batch.batch(), scanned.layout(), limits);
        if (!again.equals(batch)) {
          throw new AssertionError(
              "The range of batch "
                  + batch.batch()
                  + " reads differently: "
                  + again
                  + " instead of "
                  + batch);
        }
      }
    }
  }

  static ScanFixture of(String text) {
    return new ScanFixture(text.getBytes(StandardCharsets.UTF_8), CsvLimits.DEFAULT);
  }

  Scanned scanned() {
    if (outcome instanceof Scanned scanned) {
      return scanned;
    }
    throw new AssertionError("refused: " + outcome);
  }

  Refusal refusal() {
    if (outcome instanceof Refusal refusal) {
      return refusal;
    }
    throw new AssertionError("accepted: " + outcome);
  }

  List<Row> rows() {
    return batches.stream().flatMap(batch -> batch.rows().stream()).toList();
  }

  List<List<String>> cells() {
    return rows().stream().map(Row::cells).toList();
  }

  List<RowError> errors() {
    return batches.stream().flatMap(batch -> batch.errors().stream()).toList();
  }
}
