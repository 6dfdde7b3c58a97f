package io.skein.discovery.lifecycle;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * One row of the end-of-life table.
 *
 * @param product product identifier
 * @param label display name of product and cycle
 * @param cycle the release line, as endoflife.date writes it
 * @param released first day, or null
 * @param support end of ordinary support; what that means differs by product (for Windows Server
 *     the end of what Microsoft calls extended support, for RHEL the end of maintenance)
 * @param extended end of support that is paid for or kept by others (ESU, ELS, LTS, ESM)
 */
record ProductCycle(
    String product,
    String label,
    String cycle,
    @Nullable LocalDate released,
    SupportEnd support,
    SupportEnd extended) {

  /** First day for comparisons; a row without one is the oldest. */
  LocalDate releasedOrEarliest() {
    return released == null ? LocalDate.MIN : released;
  }
}
