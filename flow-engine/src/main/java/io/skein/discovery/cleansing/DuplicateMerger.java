package io.skein.discovery.cleansing;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Finds the records that describe one asset and merges them. The result depends on the records
 * alone, not on their order. Safe for use by several threads.
 *
 * <p>Within one block (see {@link CleanAsset#mergeKey}) records are the same asset when host name
 * and domain agree, or the external identifier. A record without a domain joins the one asset that
 * it can mean: the one with which it shares an address, else the only one whose site does not
 * contradict. Where several remain it stays an asset of its own rather than being given to the
 * wrong one.
 */
public final class DuplicateMerger {

  private static final Comparator<CleanAsset> ORDER =
      Comparator.comparing(CleanAsset::source).thenComparing(asset -> asset.facts().toString());

  /**
   * Merges the records of one block.
   *
   * @param block all records with one merge key, in any order
   * @return the assets, ordered by their first source
   * @throws IllegalArgumentException when the records have different merge keys
   */
  public List<MergedAsset> merge(List<CleanAsset> block) {
    if (block.isEmpty()) {
      return List.of();
    }
    List<CleanAsset> records = new ArrayList<>(block);
    records.sort(ORDER);
    requireOneKey(records);
    List<MergedAsset> merged = new ArrayList<>();
    for (List<CleanAsset> same : groups(records)) {
      same.sort(ORDER);
      merged.add(FactMerger.merge(same));
    }
    merged.sort(Comparator.comparing(asset -> asset.sources().getFirst()));
    return merged;
  }

  private static void requireOneKey(List<CleanAsset> records) {
    String key = records.getFirst().mergeKey();
    for (CleanAsset each : records) {
      if (!each.mergeKey().equals(key)) {
        throw new IllegalArgumentException(
            "records of one block need one merge key, not " + key + " and " + each.mergeKey());
      }
    }
  }

  private static Collection<List<CleanAsset>> groups(List<CleanAsset> records) {
    if (records.size() == 1 || records.getFirst().facts().hostname() == null) {
      return byPlainKey(records);
    }
    Map<String, List<CleanAsset>> identified = new TreeMap<>();
    List<CleanAsset> bare = new ArrayList<>();
    Map<String, String> keyOfId = new LinkedHashMap<>();
    for (CleanAsset each : records) {
      if (each.facts().domain() != null) {
        String key = AssetIdentity.hostKey(each.facts());
        String id = AssetIdentity.externalKey(each.facts());
        key = id == null ? key : keyOfId.getOrDefault(id, key);
        if (id != null) {
          keyOfId.putIfAbsent(id, key);
        }
        identified.computeIfAbsent(key, any -> new ArrayList<>()).add(each);
      } else {
        bare.add(each);
      }
    }
    return new BareRecords(identified, keyOfId).place(bare);
  }

  /**
   * Blocks by identifier, name or address: the same asset, unless the key that they get differs.
   */
  private static Collection<List<CleanAsset>> byPlainKey(List<CleanAsset> records) {
    Map<String, List<CleanAsset>> groups = new TreeMap<>();
    for (CleanAsset each : records) {
      groups.computeIfAbsent(AssetIdentity.keyOf(each.facts()), any -> new ArrayList<>()).add(each);
    }
    return groups.values();
  }
}
