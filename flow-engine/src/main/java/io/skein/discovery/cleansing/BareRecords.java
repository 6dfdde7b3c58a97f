package io.skein.discovery.cleansing;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Places records that have a host name but no domain among the assets that have both. Decisions
 * look at the identified records only, never at bare ones placed before, so the order does not
 * matter.
 */
final class BareRecords {

  private final Map<String, List<CleanAsset>> identified;
  private final Map<String, String> keyOfId;
  private final Map<String, Set<String>> addresses = new TreeMap<>();
  private final Map<String, Set<String>> sites = new TreeMap<>();

  BareRecords(Map<String, List<CleanAsset>> identified, Map<String, String> keyOfId) {
    this.identified = identified;
    this.keyOfId = keyOfId;
    identified.forEach((key, records) -> {
      Set<String> addressesHere = new HashSet<>();
      Set<String> sitesHere = new HashSet<>();
      for (CleanAsset each : records) {
        addressesHere.addAll(each.facts().ipAddresses());
        addIfNamed(sitesHere, AssetIdentity.siteKey(each.facts()));
      }
      addresses.put(key, addressesHere);
      sites.put(key, sitesHere);
    });
  }

  Collection<List<CleanAsset>> place(List<CleanAsset> bare) {
    List<CleanAsset> homeless = new ArrayList<>();
    Map<String, List<CleanAsset>> placed = new TreeMap<>();
    for (CleanAsset each : bare) {
      String key = meantBy(each.facts());
      if (key == null) {
        homeless.add(each);
      } else {
        placed.computeIfAbsent(key, any -> new ArrayList<>()).add(each);
      }
    }
    placed.forEach((key, records) ->
        identified.computeIfAbsent(key, any -> new ArrayList<>()).addAll(records));
    List<List<CleanAsset>> groups = new ArrayList<>(identified.values());
    groups.addAll(bySite(homeless));
    return groups;
  }

  private @Nullable String meantBy(AssetFacts facts) {
    String id = AssetIdentity.externalKey(facts);
    String known = id == null ? null : keyOfId.get(id);
    if (known != null) {
      return known;
    }
    String byAddress = only(addresses, facts.ipAddresses());
    if (byAddress != null) {
      return byAddress;
    }
    String site = AssetIdentity.siteKey(facts);
    List<String> possible = new ArrayList<>();
    sites.forEach((key, here) -> {
      if (site == null || here.isEmpty() || here.contains(site)) {
        possible.add(key);
      }
    });
    return possible.size() == 1 ? possible.getFirst() : null;
  }

  private static @Nullable String only(Map<String, Set<String>> sets, List<String> values) {
    String found = null;
    for (Map.Entry<String, Set<String>> each : sets.entrySet()) {
      if (values.stream().anyMatch(each.getValue()::contains)) {
        if (found != null) {
          return null;
        }
        found = each.getKey();
      }
    }
    return found;
  }

  /** One asset per site; those without a site join the only one, or are one of their own. */
  private static Collection<List<CleanAsset>> bySite(List<CleanAsset> homeless) {
    Map<String, List<CleanAsset>> groups = new TreeMap<>();
    for (CleanAsset each : homeless) {
      String site = AssetIdentity.siteKey(each.facts());
      groups.computeIfAbsent(site == null ? "" : site, any -> new ArrayList<>()).add(each);
    }
    List<CleanAsset> nowhere = groups.get("");
    if (nowhere != null && groups.size() == 2) {
      groups.remove("");
      groups.values().iterator().next().addAll(nowhere);
    }
    return groups.values();
  }

  private static void addIfNamed(Set<String> set, @Nullable String value) {
    if (value != null) {
      set.add(value);
    }
  }
}
