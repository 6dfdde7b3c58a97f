package io.skein.discovery.cleansing;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * By what an asset is known: the strongest identifier that a record has. Keys are in lower case.
 */
public final class AssetIdentity {

  private static final Set<String> LOGICAL =
      Set.of("application", "app", "software", "service", "saas");

  private AssetIdentity() {}

  /**
   * The key of an asset, unique among the assets merged from one set of records: host name with
   * domain, or with site when it has no domain; else external identifier; else name, with
   * environment unless it is declared an application; else address.
   *
   * @throws IllegalArgumentException when the facts name nothing
   */
  public static String keyOf(AssetFacts facts) {
    if (facts.hostname() != null) {
      String site = siteKey(facts);
      boolean bySite = facts.domain() == null && site != null;
      return "host:" + hostKey(facts) + (bySite ? "@" + site : "");
    }
    boolean named = facts.externalId() == null && facts.name() != null;
    boolean logical = facts.assetType() != null && LOGICAL.contains(lower(facts.assetType()));
    return named && !logical && facts.environment() != null
        ? blockOf(facts) + "@" + facts.environment()
        : blockOf(facts);
  }

  /** The key of the block in which duplicates are looked for; see {@link CleanAsset#mergeKey}. */
  static String blockOf(AssetFacts facts) {
    if (facts.hostname() != null) {
      return "host:" + facts.hostname();
    }
    if (facts.externalId() != null) {
      return "id:" + lower(facts.externalId());
    }
    if (facts.name() != null) {
      return "name:" + lower(facts.name());
    }
    if (!facts.ipAddresses().isEmpty()) {
      return "ip:" + facts.ipAddresses().getFirst();
    }
    throw new IllegalArgumentException("an asset without host, identifier, name and address");
  }

  static boolean hasIdentity(AssetFacts facts) {
    return facts.hostname() != null
        || facts.externalId() != null
        || facts.name() != null
        || !facts.ipAddresses().isEmpty();
  }

  /** Host name and domain; the name of the host, should the qualified name say another. */
  static String hostKey(AssetFacts facts) {
    String domain = facts.domain();
    return domain == null ? String.valueOf(facts.hostname()) : facts.hostname() + "." + domain;
  }

  static @Nullable String externalKey(AssetFacts facts) {
    return facts.externalId() == null ? null : lower(facts.externalId());
  }

  static @Nullable String siteKey(AssetFacts facts) {
    return facts.site() == null ? null : lower(facts.site());
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
