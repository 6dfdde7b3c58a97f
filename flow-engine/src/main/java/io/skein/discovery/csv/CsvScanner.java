package io.skein.discovery.csv;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads a whole file once, in bounded memory, and hands it over in batches. */
public final class CsvScanner<X extends Exception> {
  private static final int SAMPLE_BYTES = 256 << 10;

  /**
   * What broken quotes may cost: bytes that were read again after one. Past it the file is refused.
   */
  private static final long RESCAN_BUDGET = 256L << 20;

  private final ByteWindow window;
  private final CsvLimits limits;
  private final BatchConsumer<X> consumer;
  private final @Nullable SampleCollector sample;
  private final List<RowError> headerWarnings = new ArrayList<>();
  private long line = 1;
  private long rows;
  private long rejected;
  private int batches;
  private long rescanned;

  private CsvScanner(
      InputStream in,
      CsvLimits limits,
      BatchConsumer<X> consumer,
      @Nullable SampleCollector sample) {
    this.window = new ByteWindow(in);
    this.limits = limits;
    this.consumer = consumer;
    this.sample = sample;
  }

  /**
   * Scans the file and hands over its batches in order. The stream is read to its end, or to where
   * the file is refused; it is not closed.
   *
   * @throws IOException when the stream cannot be read
   */
  public static <X extends Exception> ScanOutcome scan(
      InputStream in, CsvLimits limits, BatchConsumer<X> consumer) throws IOException, X {
    return new CsvScanner<>(in, limits, consumer, new SampleCollector()).scan();
  }

  /**
   * Reads a file like {@link #scan} only to tell whether it would be refused; keeps nothing of it.
   *
   * @return why; empty when the file can be scanned
   * @throws IOException when the stream cannot be read
   */
  public static Optional<Refusal> check(InputStream in, CsvLimits limits) throws IOException {
    ScanOutcome outcome = new CsvScanner<RuntimeException>(in, limits, batch -> {}, null).scan();
    return outcome instanceof Refusal refusal ? Optional.of(refusal) : Optional.empty();
  }

  private ScanOutcome scan() throws IOException, X {
    window.fillTo(SAMPLE_BYTES);
    Refusal refusal = ContentSniffer.refusal(window.bytes(), window.from(), window.to());
    if (refusal != null) {
      return refusal;
    }
    skipByteOrderMark();
    FileStart start = new FileStart(window, limits);
    refusal = start.read();
    if (refusal != null) {
      return refusal;
    }
    line = start.line();
    headerWarnings.addAll(start.warnings());
    RecordReader record = new RecordReader(start.layout().dialect(), limits);
    record.expectCells(start.layout().header().size());
    refusal = scanRows(record, start.layout());
    if (refusal != null) {
      return refusal;
    }
    if (rows == 0) {
      return new Refusal(
          "headers_only",
          "The file has a header but no rows. Export it again with its rows and upload that file.");
    }
    return new Scanned(
        start.layout(),
        window.position(),
        batches,
        rows,
        rejected,
        headerWarnings,
        sample == null ? List.of() : sample.rows());
  }

  private void skipByteOrderMark() {
    byte[] bytes = window.bytes();
    int at = window.from();
    if (window.to() - at >= 3
        && (bytes[at] & 0xff) == 0xef
        && (bytes[at + 1] & 0xff) == 0xbb
        && (bytes[at + 2] & 0xff) == 0xbf) {
      window.consumeTo(at + 3);
    }
  }

  private @Nullable Refusal scanRows(RecordReader record, CsvLayout layout) throws IOException, X {
    RowAssembler assembler = new RowAssembler(layout);
    long batchFrom = window.position();
    long batchLine = line;
    while (window.from() < window.to() || !window.ended()) {
      if (window.from() == window.to()) {
        window.fill();
        continue;
      }
      int from = window.from();
      RecordReader.Found found = record.next(window.bytes(), from, window.to(), window.ended());
      switch (found) {
        case NEED_MORE -> window.fill();
        case RECORD, BROKEN_QUOTES -> {
          rescanned += Math.max(0, record.examined() - record.end());
          assembler.take(found, record, window.bytes(), rows + assembler.count() + 1, line);
          line += record.lineBreaks();
          window.consumeTo(record.end());
        }
        default -> {
          return Refusals.of(found, record, line, limits);
        }
      }
      if (rescanned > RESCAN_BUDGET) {
        return Refusals.brokenQuotes(line);
      }
      if (assembler.count() == limits.batchRows()
          || (window.position() - batchFrom >= limits.batchBytes() && assembler.count() > 0)) {
        handOver(assembler, batchFrom, batchLine);
        batchFrom = window.position();
        batchLine = line;
      }
    }
    if (assembler.count() > 0) {
      handOver(assembler, batchFrom, batchLine);
    }
    return null;
  }

  private void handOver(RowAssembler assembler, long byteFrom, long firstLine) throws X {
    rejected += assembler.rejected();
    Batch batch =
        new Batch(batches++, byteFrom, window.position(), rows + 1, assembler.count(), firstLine);
    rows += batch.rows();
    ParsedBatch parsed = assembler.finish(batch);
    if (sample != null) {
      parsed.rows().forEach(sample::add);
    }
    consumer.accept(parsed);
  }
}
