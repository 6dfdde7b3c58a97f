package io.skein.discovery.lifecycle;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * Where an asset's product stands, as of a date.
 *
 * @param status the verdict
 * @param product product of the table, or null when unmatched or missing
 * @param cycle cycle of the table, or null
 * @param label display name of product and cycle, or null
 * @param eol last day of ordinary support, or null when the table gives no day
 * @param extendedEol last day of extended support, or null
 * @param reason how the cycle was found and what was assumed, one sentence
 */
public record LifecycleAssessment(
    LifecycleStatus status,
    @Nullable String product,
    @Nullable String cycle,
    @Nullable String label,
    @Nullable LocalDate eol,
    @Nullable LocalDate extendedEol,
    String reason) {}
