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
  private static final class Candidate<T> {
    private final T value;
    private final String text;
    private final List<SourceRow> sources = new ArrayList<>();
    private LocalDate newest = LocalDate.MIN;

    Candidate(T value, String text) {
      this.value = value;
      this.text = text;
    }

    void statedBy(CleanAsset record) {
      sources.add(record.source());
      LocalDate seen = record.lastSeen();
      newest = seen == null || seen.isBefore(newest) ? newest : seen;
    }
  }

  private <T> @Nullable T pick(
      String field, Function<AssetFacts, @Nullable T> read, Function<T, String> show) {
    Map<String, Candidate<T>> candidates = new LinkedHashMap<>();
    for (CleanAsset each : records) {
      T value = read.apply(each.facts());
      if (value != null) {
        String text = show.apply(value);
        candidates
            .computeIfAbsent(text.toLowerCase(Locale.ROOT), any -> new Candidate<>(value, text))
            .statedBy(each);
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
