package io.skein.discovery.cleansing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class DuplicateMergerTest {

  private final AssetCleanser cleanser = new AssetCleanser();
  private final DuplicateMerger merger = new DuplicateMerger();

  private CleanAsset row(String file, long number, UnaryOperator<RawAsset.Builder> cells) {
    return Objects.requireNonNull(
        cleanser.cleanse(cells.apply(RawAsset.at(file, number)).build()).asset());
  }

  @Test
  void mergesAndRecordsEveryConflict() {
    CleanAsset first =
        row(
            "a.csv",
            2,
            r -> r.hostname("web1.x.com").cpuCores("8").owner("Ann").ipAddresses("10.0.0.1"));
    CleanAsset second =
        row(
            "b.csv",
            5,
            r -> r.hostname("WEB1").cpuCores("16").owner("ann").ipAddresses("10.0.0.2"));
    CleanAsset third = row("c.csv", 9, r -> r.hostname("web1.x.com").cpuCores("16"));

    List<MergedAsset> merged = merger.merge(List.of(first, second, third));

    assertThat(merged).hasSize(1);
    AssetFacts facts = merged.getFirst().facts();
    assertThat(facts.cpuCores()).isEqualTo(16);
    assertThat(facts.ipAddresses()).containsExactly("10.0.0.1", "10.0.0.2");
    assertThat(merged.getFirst().sources()).hasSize(3);
    assertThat(merged.getFirst().conflicts())
        .containsExactly(
            new Conflict(
                "cpuCores",
                "16",
                List.of(new Conflict.OtherValue("8", List.of(new SourceRow("a.csv", 2))))));
  }

  @Test
  void theNewestRecordWins() {
    CleanAsset old = row("a.csv", 2, r -> r.hostname("web1").memory("8 GB").lastSeen("2020-01-01"));
    CleanAsset older =
        row("a.csv", 3, r -> r.hostname("web1").memory("8 GB").lastSeen("2019-01-01"));
    CleanAsset newest =
        row("a.csv", 4, r -> r.hostname("web1").memory("16 GB").lastSeen("2024-01-01"));

    assertThat(merger.merge(List.of(old, older, newest)).getFirst().facts().memoryMb())
        .isEqualTo(16_384);
  }

  @Test
  void oneNameInTwoDomainsIsTwoAssets() {
    List<MergedAsset> merged =
        merger.merge(
            List.of(
                row("a", 1, r -> r.hostname("web1.a.com").site("Berlin").ipAddresses("10.0.0.1")),
                row("a", 2, r -> r.hostname("web1.b.com").site("Rome").ipAddresses("10.1.0.1")),
                row("a", 3, r -> r.hostname("web1").ipAddresses("10.1.0.1").owner("by address")),
                row("a", 4, r -> r.hostname("web1").site("berlin").owner("by site")),
                row("a", 5, r -> r.hostname("web1").owner("nobody knows"))));

    assertThat(merged).extracting(asset -> asset.sources().size()).containsExactly(2, 2, 1);
    assertThat(merged)
        .extracting(asset -> asset.facts().owner())
        .containsExactly("by site", "by address", "nobody knows");
  }

  @Test
  void anEmptyBlockAndAMixedOne() {
    assertThat(merger.merge(List.of())).isEmpty();
    List<CleanAsset> mixed =
        List.of(row("a", 1, r -> r.hostname("x")), row("a", 2, r -> r.hostname("y")));
    assertThatThrownBy(() -> merger.merge(mixed)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void neitherOrderNorChanceMatterAndKeysAreUnique() {
    Random random = new Random(1);
    for (int round = 0; round < 300; round++) {
      List<CleanAsset> block = new ArrayList<>();
      for (int i = 0; i < 1 + random.nextInt(8); i++) {
        int number = i;
        String domain = pick(random, "", ".a.com", ".b.com");
        String site = pick(random, "", "s1", "s2", "S1");
        String address = pick(random, "", "10.0.0.1", "10.0.0.2");
        String id = pick(random, "", "", "id1", "id2");
        block.add(
            row(
                "f",
                number,
                r ->
                    r.hostname("h" + domain)
                        .site(site)
                        .ipAddresses(address)
                        .externalId(id)
                        .cpuCores("" + (1 + number % 3))));
      }
      List<MergedAsset> first = merger.merge(block);
      Set<String> keys = new HashSet<>();
      assertThat(first)
          .allSatisfy(asset -> assertThat(keys.add(AssetIdentity.keyOf(asset.facts()))).isTrue());
      assertThat(first.stream().mapToInt(asset -> asset.sources().size()).sum())
          .isEqualTo(block.size());
      for (int shuffle = 0; shuffle < 5; shuffle++) {
        Collections.shuffle(block, random);
        assertThat(merger.merge(block)).isEqualTo(first);
      }
    }
  }

  private static String pick(Random random, String... values) {
    return values[random.nextInt(values.length)];
  }
}
