package io.skein.discovery.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import io.skein.discovery.cleansing.AssetCleanser;
import io.skein.discovery.cleansing.CleanAsset;
import io.skein.discovery.cleansing.RawAsset;
import java.io.IOException;
import java.io.InputStream;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Every cycle of the table's operating systems in many spellings, with the version in the name or
 * in a column of its own: the truth is the row that the spelling was made from, the expected
 * verdict is computed here from its dates.
 */
class GeneratedSpellingsTest {

  private record Row(String product, String cycle, String eol, String extended) {}

  /** Spellings of a product; {@code %s} is the version. */
  private static final Map<String, List<String>> NAMES =
      Map.ofEntries(
          Map.entry(
              "ubuntu", List.of("Ubuntu", "ubuntu linux", "UBUNTU Server", "Canonical Ubuntu")),
          Map.entry("debian", List.of("Debian", "Debian GNU/Linux", "debian linux")),
          Map.entry(
              "rhel",
              List.of(
                  "RHEL",
                  "Red Hat Enterprise Linux",
                  "Red Hat Enterprise Linux Server release",
                  "RedHat")),
          Map.entry("centos", List.of("CentOS", "CentOS Linux", "CentOS Linux release")),
          Map.entry("centos-stream", List.of("CentOS Stream", "CentOS Stream release")),
          Map.entry("fedora", List.of("Fedora", "Fedora Linux", "Fedora release")),
          Map.entry(
              "oracle-linux",
              List.of("Oracle Linux", "Oracle Linux Server", "Oracle Enterprise Linux")),
          Map.entry("rocky-linux", List.of("Rocky Linux", "Rocky")),
          Map.entry("almalinux", List.of("AlmaLinux", "AlmaLinux OS", "Alma Linux")),
          Map.entry("amazon-linux", List.of("Amazon Linux", "AWS Linux")),
          Map.entry(
              "sles",
              List.of(
                  "SLES", "SUSE Linux Enterprise Server", "SUSE Linux Enterprise", "SLES for SAP")),
          Map.entry("opensuse", List.of("openSUSE", "openSUSE Leap")),
          Map.entry("ibm-aix", List.of("AIX", "IBM AIX")),
          Map.entry("macos", List.of("macOS", "Apple macOS", "Mac OS X", "OS X")),
          Map.entry("freebsd", List.of("FreeBSD")),
          Map.entry("openbsd", List.of("OpenBSD")),
          Map.entry("vmware-esxi", List.of("VMware ESXi", "ESXi", "ESXi Server")),
          Map.entry("alpine-linux", List.of("Alpine Linux", "Alpine")),
          Map.entry("postgresql", List.of("PostgreSQL", "Postgres", "PostgreSQL Server")),
          Map.entry("mariadb", List.of("MariaDB", "MariaDB Server")),
          Map.entry("mysql", List.of("MySQL", "MySQL Community Server")),
          Map.entry("mongodb", List.of("MongoDB", "Mongo")),
          Map.entry("redis", List.of("Redis")),
          Map.entry(
              "windows-server",
              List.of(
                  "Windows Server",
                  "Microsoft Windows Server",
                  "Microsoft® Windows® Server",
                  "Win",
                  "MS Windows Server")));

  private static final List<String> TAILS =
      List.of("", " (64-bit)", " x86_64", " LTS", " 64bit", " (Core)", " amd64", "  ");

  private final AssetCleanser cleanser = new AssetCleanser();
  private final LifecycleTable table = LifecycleTable.load();

  @Test
  void everyCycleInEverySpelling() throws IOException {
    Random random = new Random(20261122);
    List<String> wrong = new ArrayList<>();
    int tried = 0;
    for (Row row : rows()) {
      List<String> names = NAMES.getOrDefault(row.product, List.of());
      for (String name : names) {
        for (String version : versions(row)) {
          String tail = TAILS.get(random.nextInt(TAILS.size()));
          String cased = random.nextInt(4) == 0 ? name.toUpperCase(Locale.ROOT) : name;
          tried += 2;
          check(row, cased + " " + version + tail, null, wrong);
          check(row, cased, version + tail, wrong);
        }
      }
    }
    assertThat(wrong).as("%d spellings tried", tried).isEmpty();
    assertThat(tried).isGreaterThan(2_000);
  }

  private void check(Row row, String name, @Nullable String version, List<String> wrong) {
    RawAsset raw =
        RawAsset.at("generated", 1).hostname("h1").osName(name).osVersion(version).build();
    CleanAsset asset = Objects.requireNonNull(cleanser.cleanse(raw).asset());
    for (int year = 2008; year <= 2036; year += 4) {
      LocalDate asOf = LocalDate.of(year, 7, 1);
      LifecycleAssessment got = table.assess(asset.facts().operatingSystem(), asOf);
      if (!row.cycle.equals(got.cycle()) || got.status() != expected(row, asOf)) {
        wrong.add(row + " as '" + name + "' + '" + version + "' on " + asOf + ": " + got);
        return;
      }
    }
  }

  private static LifecycleStatus expected(Row row, LocalDate asOf) {
    String day = asOf.toString();
    if (runs(row.eol, day)) {
      return LifecycleStatus.SUPPORTED;
    }
    return runs(row.extended, day)
        ? LifecycleStatus.ENDED_WITH_EXTENDED_SUPPORT
        : LifecycleStatus.ENDED;
  }

  private static boolean runs(String cell, String day) {
    return switch (cell) {
      case "", "true" -> false;
      case "false" -> true;
      default -> day.compareTo(cell) <= 0;
    };
  }

  /** The ways in which the version of a cycle is written, each still meaning that cycle alone. */
  private static List<String> versions(Row row) {
    String cycle = row.cycle;
    return switch (row.product) {
      case "sles" -> {
        String[] parts = cycle.split("\\.", -1);
        yield parts[1].equals("0")
            ? List.of(cycle)
            : List.of(
                cycle,
                parts[0] + " SP" + parts[1],
                parts[0] + "-SP" + parts[1],
                parts[0] + " Service Pack " + parts[1]);
      }
      case "ibm-aix" -> {
        String[] parts = cycle.split("\\.", -1);
        String base = parts[0] + "." + parts[1];
        yield List.of(
            cycle,
            base + " TL" + parts[2],
            base + " TL0" + parts[2] + " SP1",
            parts[0] + parts[1] + "00-0" + parts[2] + "-02-1234");
      }
      case "windows-server" -> windows(cycle);
      case "rhel", "centos", "oracle-linux", "rocky-linux", "almalinux" ->
          List.of(cycle, cycle + ".3");
      case "debian" -> cycle.contains(".") ? List.of(cycle) : List.of(cycle, cycle + ".11");
      case "ubuntu" -> List.of(cycle, cycle + ".3", cycle.replace(".", ""));
      case "macos", "vmware-esxi" -> List.of(cycle, cycle + ".2");
      case "mysql", "mariadb", "mongodb", "redis" -> List.of(cycle, cycle + ".12");
      case "postgresql" -> List.of(cycle, cycle + ".4");
      default -> List.of(cycle);
    };
  }

  private static List<String> windows(String cycle) {
    if (cycle.matches("\\d{4}|\\d{4}-r2")) {
      return cycle.equals("2003") // whoever writes the year alone has a service pack by now
          ? List.of()
          : List.of(
              cycle.replace("-r2", " R2"),
              cycle.replace("-r2", " R2") + " Standard",
              cycle.replace("-r2", "r2"));
    }
    if (cycle.contains("-sp")) {
      String spaced = cycle.replace("-r2", " R2");
      return List.of(spaced.replace("-sp", " SP"), spaced.replace("-sp", " Service Pack "));
    }
    return List.of();
  }

  private static List<Row> rows() throws IOException {
    List<Row> rows = new ArrayList<>();
    InputStream resource =
        Objects.requireNonNull(LifecycleTable.class.getResourceAsStream("endoflife.csv"));
    try (CsvReader<NamedCsvRecord> csv = CsvReader.builder().ofNamedCsvRecord(resource)) {
      for (NamedCsvRecord row : csv) {
        rows.add(
            new Row(
                row.getField("product"),
                row.getField("cycle"),
                row.getField("eol_date"),
                row.getField("extended_eol_date")));
      }
    }
    return rows;
  }
}
