/**
 * Reading of uploaded CSV files: what is no CSV is refused, encoding and dialect are found, the
 * rows are cut into batches by byte range, and every bad row is an error of its own.
 *
 * <pre>{@code
 * ScanOutcome outcome = CsvScanner.scan(upload, CsvLimits.DEFAULT, parsed -> store(parsed.batch(), parsed.errors()));
 * switch (outcome) {
 *   case Refusal refusal -> answer(refusal.code(), refusal.detail());
 *   case Scanned scanned -> remember(scanned.layout(), scanned.sample());
 * }
 * ParsedBatch again = BatchReader.read(bytesOfRange, batch, scanned.layout()); // in a worker, later
 * }</pre>
 *
 * <p>Everything here is a pure function of the bytes; nothing is kept between calls. The whole file
 * is never in memory: at most one batch and one row.
 */
@NullMarked
package io.skein.discovery.csv;

import org.jspecify.annotations.NullMarked;
