package io.skein.discovery;

import io.skein.discovery.csv.CsvLayout;
import io.skein.discovery.mapping.FileMapping;
import io.skein.flows.UploadId;
import org.jspecify.annotations.Nullable;

/**
 * One file of a flow after its validation.
 *
 * @param position its place among the flow's files
 * @param mapping null before it is proposed
 */
record DiscoveryFile(
    int position, UploadId upload, String name, CsvLayout layout, @Nullable FileMapping mapping) {}
