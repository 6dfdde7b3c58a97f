package io.skein.discovery.cleansing;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Merges records of one asset field by field. Lists are united. Of several values the one from the
 * newest record stands, then the one that most records state, then the more exact one (the longer
 * text), then the one that was read first.
 */
final class FactMerger {

  private final List<CleanAsset> records;
  private final List<Conflict> conflicts = new ArrayList<>();

  private FactMerger(List<CleanAsset> records) {
    this.records = records;
  }

  /** The records in a fixed order; at least one. */
  static MergedAsset merge(List<CleanAsset> records) {
    FactMerger merger = new FactMerger(records);
    AssetFacts facts = records.size() == 1 ? records.getFirst().facts() : merger.facts();
    List<SourceRow> sources = records.stream().map(CleanAsset::source).distinct().sorted().toList();
    return new MergedAsset(facts, sources, merger.conflicts);
  }

  private AssetFacts facts() {
    return new AssetFacts(
        pick("hostname", AssetFacts::hostname, String::toString),
        pick("fqdn", AssetFacts::fqdn, String::toString),
        pick("name", AssetFacts::name, String::toString),
        union(AssetFacts::ipAddresses),
        pick("environment", AssetFacts::environment, Environment::toString),
        pick("operatingSystem", AssetFacts::operatingSystem, OperatingSystem::displayName),
        pick("cpuCores", AssetFacts::cpuCores, String::valueOf),
        pick("memoryMb", AssetFacts::memoryMb, String::valueOf),
        pick("storageGb", AssetFacts::storageGb, String::valueOf),
        pick("site", AssetFacts::site, String::toString),
        pick("owner", AssetFacts::owner, String::toString),
        pick("status", AssetFacts::status, AssetStatus::toString),
        pick("assetType", AssetFacts::assetType, String::toString),
        union(AssetFacts::applications),
        union(AssetFacts::dependencies),
        pick("virtualHost", AssetFacts::virtualHost, String::toString),
        pick("externalId", AssetFacts::externalId, String::toString));
  }

  /** A value with all that speaks for it. */
  private record Candidate<T>(T value, String text, List<SourceRow> sources, LocalDate newest) {}

  private <T> @Nullable T pick(
      String field, Function<AssetFacts, @Nullable T> read, Function<T, String> show) {
    Map<String, Candidate<T>> candidates = new LinkedHashMap<>();
    for (CleanAsset each : records) {
      T value = read.apply(each.facts());
      if (value != null) {
        String text = show.apply(value);
        LocalDate seen = each.lastSeen() == null ? LocalDate.MIN : each.lastSeen();
        candidates.merge(
            text.toLowerCase(Locale.ROOT),
            new Candidate<>(value, text, List.of(each.source()), seen),
            FactMerger::together);
      }
    }
    if (candidates.isEmpty()) {
      return null;
    }
    List<Candidate<T>> ranked = new ArrayList<>(candidates.values());
    ranked.sort(
        Comparator.comparing((Candidate<T> each) -> each.newest)
            .thenComparing(each -> each.sources.size())
            .thenComparing(each -> each.text.length())
            .reversed()
            .thenComparing(each -> each.sources.getFirst()));
    if (ranked.size() > 1) {
      List<Conflict.OtherValue> others =
          ranked.stream()
              .skip(1)
              .map(each -> new Conflict.OtherValue(each.text, each.sources))
              .toList();
      conflicts.add(new Conflict(field, ranked.getFirst().text, others));
    }
    return ranked.getFirst().value;
  }

  private static <T> Candidate<T> together(Candidate<T> first, Candidate<T> second) {
    List<SourceRow> sources = new ArrayList<>(first.sources);
    sources.addAll(second.sources);
    LocalDate newest = first.newest.isBefore(second.newest) ? second.newest : first.newest;
    return new Candidate<>(first.value, first.text, sources, newest);
  }

  private List<String> union(Function<AssetFacts, List<String>> read) {
    Map<String, String> values = new LinkedHashMap<>();
    for (CleanAsset each : records) {
      for (String value : read.apply(each.facts())) {
        values.putIfAbsent(value.toLowerCase(Locale.ROOT), value);
      }
    }
    return List.copyOf(values.values());
  }
}
