package io.skein.discovery.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import io.skein.discovery.cleansing.AssetCleanser;
import io.skein.discovery.cleansing.CleanAsset;
import io.skein.discovery.cleansing.CleanedRow;
import io.skein.discovery.cleansing.RawAsset;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Real inventories, against figures counted by hand and by another program. */
class SampleInventoriesTest {

  private static final LocalDate AS_OF = LocalDate.of(2026, 11, 22);

  private final AssetCleanser cleanser = new AssetCleanser();
  private final LifecycleTable table = LifecycleTable.load();

  @Test
  void fedora2017() throws IOException {
    Map<LifecycleStatus, Integer> counts =
        count(Path.of("../samples/fedora_servers_2017.csv"), "inventory_hostname", "os", null);

    assertThat(counts.get(LifecycleStatus.ENDED)).isEqualTo(460 - 205);
    assertThat(counts.get(LifecycleStatus.ENDED_WITH_EXTENDED_SUPPORT)).isEqualTo(205);
    assertThat(counts.get(LifecycleStatus.MISSING)).isEqualTo(228);
    assertThat(counts).doesNotContainKeys(LifecycleStatus.SUPPORTED, LifecycleStatus.UNMATCHED);
  }

  @Test
  void adoptium2021() throws IOException {
    Path file = Path.of("../samples/adoptium_servers_2021.csv");

    Map<LifecycleStatus, Integer> counts =
        count(file, "Machine", "OS Vendor Product", "OS Release");

    assertThat(counts.get(LifecycleStatus.ENDED)).isEqualTo(104 - 23);
    assertThat(counts.get(LifecycleStatus.ENDED_WITH_EXTENDED_SUPPORT)).isEqualTo(23);
    assertThat(counts.get(LifecycleStatus.SUPPORTED)).isEqualTo(9);
    assertThat(counts.get(LifecycleStatus.UNMATCHED)).isEqualTo(1);
    assertThat(count(file, "Machine", "Raw OS Token", null)).as("compact tokens").isEqualTo(counts);
  }

  @Test
  @EnabledIfSystemProperty(named = "skein.test.data", matches = ".+")
  void wikimedia2016() throws IOException {
    Path file = Path.of(System.getProperty("skein.test.data"), "wikimedia_servers_2016.csv");

    Map<LifecycleStatus, Integer> counts = count(file, "hostname", "os_family", "os_version");

    assertThat(counts.get(LifecycleStatus.ENDED))
        .as("Debian 8, Ubuntu 12.04 and 14.04")
        .isEqualTo(1230);
    assertThat(count(file, "hostname", "os_family", "os_codename"))
        .as("by codename")
        .isEqualTo(counts);
  }

  private Map<LifecycleStatus, Integer> count(
      Path file, String hostname, String osName, @Nullable String osVersion) throws IOException {
    Map<LifecycleStatus, Integer> counts = new EnumMap<>(LifecycleStatus.class);
    try (CsvReader<NamedCsvRecord> rows = CsvReader.builder().ofNamedCsvRecord(file)) {
      for (NamedCsvRecord row : rows) {
        RawAsset raw =
            RawAsset.at(file.toString(), row.getStartingLineNumber())
                .hostname(row.getField(hostname))
                .osName(row.getField(osName))
                .osVersion(osVersion == null ? null : row.getField(osVersion))
                .build();
        CleanedRow cleaned = cleanser.cleanse(raw);
        CleanAsset asset = Objects.requireNonNull(cleaned.asset());
        LifecycleStatus status = table.assess(asset.facts().operatingSystem(), AS_OF).status();
        counts.merge(status, 1, Integer::sum);
      }
    }
    return counts;
  }
}
