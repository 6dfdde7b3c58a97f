package io.skein.discovery.lifecycle;

import io.skein.discovery.cleansing.OperatingSystem;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * End of life by product and cycle, from <a href="https://endoflife.date">endoflife.date</a> (see
 * the NOTICE beside the table). Immutable and safe for use by several threads.
 */
public final class LifecycleTable {

  private static final String RESOURCE = "endoflife.csv";
  private static final String HEADER =
      "product,label,cycle,release_date,eol_date,extended_eol_date,lts";

  private final Map<String, CycleMatcher> products;

  private LifecycleTable(Map<String, CycleMatcher> products) {
    this.products = products;
  }

  /** Loads the table that ships with this library. */
  public static LifecycleTable load() {
    try (InputStream resource = LifecycleTable.class.getResourceAsStream(RESOURCE)) {
      if (resource == null) {
        throw new IllegalStateException(RESOURCE + " is missing from the class path");
      }
      return read(new InputStreamReader(resource, StandardCharsets.UTF_8));
    } catch (IOException cause) {
      throw new UncheckedIOException("reading " + RESOURCE, cause);
    }
  }

  /**
   * Reads a table with the columns {@code product, label, cycle, release_date, eol_date,
   * extended_eol_date, lts}, whose values hold neither commas nor quotes.
   *
   * @throws IOException when reading fails
   * @throws IllegalArgumentException when a row is not of that form
   */
  static LifecycleTable read(Reader text) throws IOException {
    Map<String, List<ProductCycle>> cycles = new LinkedHashMap<>();
    BufferedReader lines = new BufferedReader(text);
    String line = lines.readLine();
    if (!HEADER.equals(line)) {
      throw new IllegalArgumentException("expected the columns " + HEADER + ", not " + line);
    }
    while ((line = lines.readLine()) != null) {
      ProductCycle cycle = cycle(line);
      cycles.computeIfAbsent(cycle.product(), product -> new ArrayList<>()).add(cycle);
    }
    Map<String, CycleMatcher> products = new LinkedHashMap<>();
    cycles.forEach((product, rows) -> products.put(product, new CycleMatcher(rows)));
    return new LifecycleTable(products);
  }

  private static ProductCycle cycle(String line) {
    String[] cells = line.split(",", -1);
    if (cells.length != 7 || line.indexOf('"') >= 0) {
      throw new IllegalArgumentException("expected seven plain values, not " + line);
    }
    return new ProductCycle(
        cells[0],
        cells[1],
        cells[2],
        cells[3].isEmpty() ? null : LocalDate.parse(cells[3]),
        SupportEnd.parse(cells[4]),
        SupportEnd.parse(cells[5]));
  }

  /** The products of the table. */
  public Set<String> products() {
    return products.keySet();
  }

  /**
   * Where an operating system, or the software named in its place, stands on a day.
   *
   * @param system what the asset runs, null when nothing is known
   * @param asOf the day
   */
  public LifecycleAssessment assess(@Nullable OperatingSystem system, LocalDate asOf) {
    if (system == null) {
      return none(LifecycleStatus.MISSING, null, "no operating system is named");
    }
    CycleMatcher matcher = system.product() == null ? null : products.get(system.product());
    if (matcher == null) {
      return none(
          LifecycleStatus.UNMATCHED, null, system.name() + " is not in the end-of-life table");
    }
    if (system.version() == null) {
      return none(
          LifecycleStatus.UNMATCHED,
          system.product(),
          system.name() + " without a version has no cycle");
    }
    CycleMatch match = matcher.find(system.version(), system.edition());
    if (match == null) {
      return none(
          LifecycleStatus.UNMATCHED,
          system.product(),
          "no cycle of " + system.name() + " fits version " + system.version());
    }
    return assess(system, match, asOf);
  }

  private static LifecycleAssessment assess(
      OperatingSystem system, CycleMatch match, LocalDate asOf) {
    ProductCycle cycle = match.cycle();
    LifecycleStatus status = status(cycle, asOf);
    if (match.how() == CycleMatch.How.OLDER_THAN_LISTED) {
      if (!status.isEnded()) {
        return none(
            LifecycleStatus.UNMATCHED,
            system.product(),
            system.displayName()
                + " is older than "
                + cycle.label()
                + ", which is still supported");
      }
      // Extended support of the newer release says nothing about the older one.
      return new LifecycleAssessment(
          LifecycleStatus.ENDED,
          cycle.product(),
          null,
          system.displayName(),
          null,
          null,
          match.reason());
    }
    return new LifecycleAssessment(
        status,
        cycle.product(),
        cycle.cycle(),
        cycle.label(),
        cycle.support().lastDay(),
        cycle.extended().lastDay(),
        match.reason());
  }

  /**
   * Support that runs counts first: where both are given, extended support never ends before it.
   */
  private static LifecycleStatus status(ProductCycle cycle, LocalDate asOf) {
    if (cycle.support().runsOn(asOf)) {
      return LifecycleStatus.SUPPORTED;
    }
    return cycle.extended().runsOn(asOf)
        ? LifecycleStatus.ENDED_WITH_EXTENDED_SUPPORT
        : LifecycleStatus.ENDED;
  }

  private static LifecycleAssessment none(
      LifecycleStatus status, @Nullable String product, String reason) {
    return new LifecycleAssessment(status, product, null, null, null, null, reason);
  }
}
