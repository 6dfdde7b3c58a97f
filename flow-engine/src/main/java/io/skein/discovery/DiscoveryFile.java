package io.skein.discovery;

import io.skein.discovery.csv.CsvLayout;
import io.skein.discovery.csv.Row;
import io.skein.discovery.mapping.FileMapping;
import io.skein.flows.UploadId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One file of a flow after its validation.
 *
 * @param position its place among the flow's files
 * @param sample rows that the mapping is proposed from
 * @param mapping null before it is proposed
 */
record DiscoveryFile(
    int position,
    UploadId upload,
    String name,
    CsvLayout layout,
    List<Row> sample,
    @Nullable FileMapping mapping) {}
