package io.skein.discovery.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.discovery.cleansing.AssetCleanser;
import io.skein.discovery.cleansing.OperatingSystem;
import io.skein.discovery.cleansing.RawAsset;
import java.time.LocalDate;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LifecycleTableTest {

  private static final LocalDate AS_OF = LocalDate.of(2026, 11, 22);

  private final LifecycleTable table = LifecycleTable.load();
  private final AssetCleanser cleanser = new AssetCleanser();

  @ParameterizedTest(name = "{0}: {1} {2}")
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          Windows Server 2012 R2        | ENDED                       | 2012-r2
          Windows Server 2012           | ENDED                       | 2012
          Windows Server 2008           | ENDED                       | 2008-sp2
          Windows Server 2008 R2        | ENDED                       | 2008-r2-sp1
          Windows Server 2003 R2        | ENDED                       | 2003-sp2
          Windows Server 2016           | SUPPORTED                   | 2016
          Windows 10                    | ENDED_WITH_EXTENDED_SUPPORT | 10-22h2
          Windows 10 Enterprise LTSC 21H2 | SUPPORTED                 | 10-21h2-e-lts
          Windows 7                     | ENDED                       | 7-sp1
          Windows XP                    | ENDED                       | 5-sp3
          SLES 12                       | ENDED_WITH_EXTENDED_SUPPORT | 12.5
          SLES 12 SP1                   | ENDED                       | 12.1
          SLES 15.8                     | UNMATCHED                   | -
          AIX 7.2                       | SUPPORTED                   | 7.2.5
          AIX 7.1                       | ENDED                       | 7.1.5
          AIX 7.1 TL3                   | ENDED                       | -
          AIX 5.3                       | ENDED                       | -
          Solaris 10u11                 | ENDED_WITH_EXTENDED_SUPPORT | 10
          Solaris 11                    | SUPPORTED                   | 11.4
          Solaris 11.3                  | ENDED_WITH_EXTENDED_SUPPORT | 11.3
          RHEL 7.9                      | ENDED_WITH_EXTENDED_SUPPORT | 7
          RHEL 3                        | ENDED                       | -
          RHEL 11                       | UNMATCHED                   | -
          CentOS 7.4.1708               | ENDED                       | 7
          FreeBSD 12                    | ENDED                       | 12
          ESXi 7                        | ENDED                       | 7.0
          Oracle Linux 10               | SUPPORTED                   | 10
          PostgreSQL 14 on Ubuntu       | ENDED                       | 14
          SQL Server 2016               | ENDED_WITH_EXTENDED_SUPPORT | 13.0-sp3
          SQL Server 2016 SP1           | ENDED                       | 13.0-sp1
          SQL Server 2019               | SUPPORTED                   | 15.0
          SQL Server 13.0.5026          | ENDED_WITH_EXTENDED_SUPPORT | 13.0-sp3
          SQL Server 2008 R2            | ENDED                       | 10.50-sp3
          Oracle 11gR2                  | ENDED                       | 11.2
          Oracle Database 12c           | ENDED                       | 12.2
          HP-UX 11.31                   | UNMATCHED                   | -
          Linux                         | UNMATCHED                   | -
          vagrant                       | UNMATCHED                   | -
          """)
  void judges(String system, LifecycleStatus status, @Nullable String cycle) {
    LifecycleAssessment assessment = table.assess(parse(system), AS_OF);

    assertThat(assessment.status()).as(assessment.reason()).isEqualTo(status);
    assertThat(assessment.cycle()).isEqualTo(cycle);
    assertThat(assessment.reason()).isNotBlank();
  }

  @Test
  void theLastDayStillCounts() {
    OperatingSystem server = parse("Windows Server 2012 R2");

    assertThat(status(server, "2023-10-10")).isEqualTo(LifecycleStatus.SUPPORTED);
    assertThat(status(server, "2023-10-11")).isEqualTo(LifecycleStatus.ENDED_WITH_EXTENDED_SUPPORT);
    assertThat(status(server, "2026-10-13")).isEqualTo(LifecycleStatus.ENDED_WITH_EXTENDED_SUPPORT);
    assertThat(status(server, "2026-10-14")).isEqualTo(LifecycleStatus.ENDED);
  }

  @Test
  void whatIsOlderThanASupportedReleaseStaysUnmatched() {
    assertThat(status(parse("RHEL 3"), "2010-01-01")).isEqualTo(LifecycleStatus.UNMATCHED);
  }

  @Test
  void nothingNamedIsMissing() {
    assertThat(table.assess(null, AS_OF).status()).isEqualTo(LifecycleStatus.MISSING);
  }

  @Test
  void anAssumptionIsSaid() {
    assertThat(table.assess(parse("SLES 12"), AS_OF).reason()).contains("assumed");
    assertThat(table.assess(parse("SLES 12 SP5"), AS_OF).reason()).doesNotContain("assumed");
  }

  private LifecycleStatus status(OperatingSystem system, String asOf) {
    return table.assess(system, LocalDate.parse(asOf)).status();
  }

  private OperatingSystem parse(String text) {
    RawAsset raw = RawAsset.at("test", 1).hostname("h1").osName(text).build();
    return Objects.requireNonNull(
        Objects.requireNonNull(cleanser.cleanse(raw).asset()).facts().operatingSystem());
  }
}
