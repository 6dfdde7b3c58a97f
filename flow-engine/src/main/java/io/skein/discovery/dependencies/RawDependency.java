package io.skein.discovery.dependencies;

import io.skein.discovery.cleansing.SourceRow;
import org.jspecify.annotations.Nullable;

/**
 * One row of a dependency list as it was read: text by field, null where the file has no such
 * column or the cell is empty.
 *
 * @param source where it was read
 * @param relationship what the edge means in the file's words: runs on, hosted on, uses
 */
public record RawDependency(
    SourceRow source,
    @Nullable String sourceServer,
    @Nullable String sourceIp,
    @Nullable String sourceApplication,
    @Nullable String sourceProcess,
    @Nullable String destinationServer,
    @Nullable String destinationIp,
    @Nullable String destinationApplication,
    @Nullable String destinationProcess,
    @Nullable String destinationPort,
    @Nullable String relationship) {}
