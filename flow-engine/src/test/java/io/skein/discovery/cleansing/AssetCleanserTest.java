package io.skein.discovery.cleansing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AssetCleanserTest {

  private final AssetCleanser cleanser = new AssetCleanser();

  private CleanedRow clean(UnaryOperator<RawAsset.Builder> cells) {
    return cleanser.cleanse(cells.apply(RawAsset.at("f.csv", 2)).build());
  }

  private AssetFacts facts(UnaryOperator<RawAsset.Builder> cells) {
    return Objects.requireNonNull(clean(cells).asset()).facts();
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          WEB1.Example.COM., web1, web1.example.com
          web1, web1, -
          https://web1.example.com:8443/x, web1, web1.example.com
          CORP\\web1, web1, -
          build-packet_esxi-solaris10u11-x64-1, build-packet_esxi-solaris10u11-x64-1, -
          localhost.localdomain, -, -
          10.0.0.1, -, -
          Web Server 1, -, -
          N/A, -, -
          """)
  void hostNames(String text, @Nullable String hostname, @Nullable String fqdn) {
    AssetFacts facts = facts(row -> row.hostname(text).externalId("X1"));

    assertThat(facts.hostname()).isEqualTo(hostname);
    assertThat(facts.fqdn()).isEqualTo(fqdn);
  }

  @Test
  void anAddressInTheNameIsUsedAsOne() {
    CleanedRow row = clean(r -> r.hostname("10.0.0.1"));

    assertThat(Objects.requireNonNull(row.asset()).facts().ipAddresses())
        .containsExactly("10.0.0.1");
    assertThat(row.issues()).extracting(RowIssue::field).containsExactly("hostname");
  }

  @Test
  void addressesOfBothKindsSeveralInACell() {
    CleanedRow row =
        clean(r ->
            r.hostname("h")
                .ipAddresses(
                    "10.0.0.1/24; 2001:DB8:0:0:0:0:0:1, 10.0.0.999\n10.0.0.1 fe80::1%eth0 ::1 invalid_ip"));

    assertThat(Objects.requireNonNull(row.asset()).facts().ipAddresses())
        .containsExactly("10.0.0.1", "2001:db8::1", "fe80::1", "::1");
    assertThat(row.issues())
        .extracting(RowIssue::value)
        .containsExactly("10.0.0.999", "invalid_ip");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          Production, PRODUCTION
          PRD, PRODUCTION
          prod - EU, PRODUCTION
          non-prod, -
          Pre-Prod, STAGING
          UAT2, USER_ACCEPTANCE
          Entwicklung, DEVELOPMENT
          Testing, TEST
          DR, DISASTER_RECOVERY
          banana, -
          """)
  void environments(String text, @Nullable Environment environment) {
    CleanedRow row = clean(r -> r.hostname("h").environment(text));

    assertThat(Objects.requireNonNull(row.asset()).facts().environment()).isEqualTo(environment);
    assertThat(row.issues()).hasSize(environment == null ? 1 : 0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          16384    | MB | 16384
          16       | GB | 16384
          16       | -  | 16384
          16384    | -  | 16384
          16 GB    | MB | 16384
          16GiB    | -  | 16384
          0.5 TB   | -  | 524288
          16,0 GB  | -  | 16384
          16,384MB | -  | 16384
          2 x 8 GB | -  | 16384
          1048576 KB | - | 1024
          much     | -  | -
          -4       | GB | -
          0        | GB | -
          """)
  void memory(String text, @Nullable String unit, @Nullable Long megabytes) {
    CleanedRow row = clean(r -> r.hostname("h").memory(text).memoryUnit(unit));

    assertThat(Objects.requireNonNull(row.asset()).facts().memoryMb()).isEqualTo(megabytes);
    assertThat(row.issues()).hasSize(megabytes == null ? 1 : 0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          100         | GB | 100.0
          500000      | -  | 488.28
          120g        | -  | 120.0
          1.5 TB      | -  | 1536.0
          100 GB; 50 GB | - | 150.0
          100GB + 1TB | -  | 1124.0
          big         | -  | -
          """)
  void storage(String text, @Nullable String unit, @Nullable Double gigabytes) {
    assertThat(facts(r -> r.hostname("h").storage(text).storageUnit(unit)).storageGb())
        .isEqualTo(gigabytes);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          4, 4
          4.0, 4
          4 vCPU, 4
          8 Cores, 8
          2 x 8, 16
          2 sockets x 8 cores, 16
          4.5, -
          -2, -
          99999999999999999999, -
          many, -
          """)
  void cores(String text, @Nullable Integer cores) {
    assertThat(facts(r -> r.hostname("h").cpuCores(text)).cpuCores()).isEqualTo(cores);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          2024-01-15, 2024-01-15, 0
          2024-01-15T10:00:00Z, 2024-01-15, 0
          15.1.2024, 2024-01-15, 0
          1/15/2024, 2024-01-15, 0
          15/1/2024, 2024-01-15, 0
          03/04/2024, 2024-03-04, 1
          15-Jan-2024, 2024-01-15, 0
          45306, 2024-01-15, 1
          2024-02-30, -, 1
          soon, -, 1
          """)
  void dates(String text, @Nullable LocalDate date, int issues) {
    CleanedRow row = clean(r -> r.hostname("h").lastSeen(text));

    assertThat(Objects.requireNonNull(row.asset()).lastSeen()).isEqualTo(date);
    assertThat(row.issues()).hasSize(issues);
  }

  @Test
  void manyApplicationsInOneCell() {
    StringBuilder cell = new StringBuilder();
    for (int i = 1; i <= 20; i++) {
      cell.append("App ").append(i).append("; ");
    }
    assertThat(facts(r -> r.hostname("h").applications(cell + "app 1;N/A;;")).applications())
        .hasSize(20);
    assertThat(facts(r -> r.hostname("h").applications("a, b|c, d")).applications())
        .containsExactly("a, b", "c, d");
    assertThat(facts(r -> r.hostname("h").dependencies("DB001,LB001")).dependencies())
        .containsExactly("DB001", "LB001");
    assertThat(clean(r -> r.hostname("h").dependencies("ALL")).issues()).hasSize(1);
  }

  @Test
  void aRowThatNamesNothingIsRefused() {
    CleanedRow row = clean(r -> r.hostname("N/A").name("-").osName("Ubuntu 20.04"));

    assertThat(row.accepted()).isFalse();
    assertThat(row.issues()).extracting(RowIssue::field).containsExactly("row");
  }

  @Test
  void anotherHostInTheQualifiedNameIsReported() {
    CleanedRow row = clean(r -> r.hostname("Server8").fqdn("server6.example.local"));

    assertThat(Objects.requireNonNull(row.asset()).mergeKey()).isEqualTo("host:server8");
    assertThat(row.issues()).extracting(RowIssue::field).containsExactly("fqdn");
  }

  @Test
  void noRowEverThrows() {
    Random random = new Random(5);
    String alphabet = "aZ09 .,;|/\\-_:()[]%x\u0000\n\té漢\uD83D\uDE00\"'€R2SPGBTLuv";
    for (int i = 0; i < 20_000; i++) {
      RawAsset.Builder row = RawAsset.at("f", i);
      row.hostname(noise(random, alphabet))
          .fqdn(noise(random, alphabet))
          .name(noise(random, alphabet));
      row.ipAddresses(noise(random, alphabet)).osName("Windows Server " + noise(random, alphabet));
      row.osVersion(noise(random, alphabet))
          .memory(noise(random, "0123456789.,xGB "))
          .storage(noise(random, "0123456789.,xTB;+ "));
      row.cpuCores(noise(random, "0123456789.x cores")).lastSeen(noise(random, "0123456789/.-"));
      row.dependencies(noise(random, alphabet))
          .environment(noise(random, alphabet))
          .status(noise(random, alphabet));
      CleanedRow cleaned = cleanser.cleanse(row.build());
      assertThat(cleaned.toString()).doesNotContain("\u0000");
    }
  }

  private static String noise(Random random, String alphabet) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(24); i > 0; i--) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }

  @Test
  void longTextIsCutAndReported() {
    CleanedRow row =
        clean(r -> r.hostname("h").owner("x".repeat(100_000)).applications("y".repeat(100_000)));

    assertThat(row.issues())
        .extracting(RowIssue::field)
        .containsExactlyInAnyOrder("owner", "applications");
    assertThat(row.issues())
        .allSatisfy(
            issue -> assertThat(issue.value().length()).isLessThanOrEqualTo(RowIssue.MAX_VALUE));
    assertThat(
            List.of(
                Objects.requireNonNull(Objects.requireNonNull(row.asset()).facts().owner())
                    .length()))
        .containsExactly(500);
  }
}
