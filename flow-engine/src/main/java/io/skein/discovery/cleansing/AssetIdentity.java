package io.skein.discovery.cleansing;

import java.util.Locale;

/** By what an asset is known: the strongest identifier that a record has. */
final class AssetIdentity {

  private AssetIdentity() {}

  static boolean hasIdentity(AssetFacts facts) {
    return facts.hostname() != null
        || facts.externalId() != null
        || facts.name() != null
        || !facts.ipAddresses().isEmpty();
  }

  /** The key of the block in which duplicates are looked for; see {@link CleanAsset#mergeKey}. */
  static String blockOf(AssetFacts facts) {
    if (facts.hostname() != null) {
      return "host:" + facts.hostname();
    }
    if (facts.externalId() != null) {
      return "id:" + facts.externalId().toLowerCase(Locale.ROOT);
    }
    if (facts.name() != null) {
      return "name:" + facts.name().toLowerCase(Locale.ROOT);
    }
    if (!facts.ipAddresses().isEmpty()) {
      return "ip:" + facts.ipAddresses().getFirst();
    }
    throw new IllegalArgumentException("an asset without host, identifier, name and address");
  }
}
