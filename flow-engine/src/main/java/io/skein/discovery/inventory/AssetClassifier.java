package io.skein.discovery.inventory;

import io.skein.discovery.cleansing.AssetFacts;
import io.skein.discovery.cleansing.AssetIdentity;
import io.skein.discovery.cleansing.MergedAsset;
import io.skein.discovery.cleansing.OperatingSystem;
import io.skein.discovery.cleansing.OsFamily;
import io.skein.discovery.cleansing.SourceRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Decides what each asset is. Evidence in this order: the declared type; a virtual host; the
 * operating system (a hypervisor, a firewall's firmware, a database in its place); the name; being
 * a machine at all. Safe for use by several threads.
 */
public final class AssetClassifier {

  private static final Pattern NETWORK_NAME =
      Pattern.compile("(?<![a-z])(fw|firewall|switch|router|rtr|lb|load-?balancer)(?![a-z])");
  private static final Pattern STORAGE_NAME =
      Pattern.compile("(?<![a-z])(san|nas|filer|netapp)(?![a-z])");
  private static final Pattern HOST_NAME =
      Pattern.compile("(?<![a-z])(b?virthost|vmhost|esxi?|hyperv|kvmhost|buildvmhost)(?![a-z])");
  private static final Pattern DATABASE_NAME =
      Pattern.compile("(?<![a-z])(db|database|mysql|postgres|mssql|oracle|mongo)(?![a-z])");

  private final DeclaredTypes declaredTypes = new DeclaredTypes();

  private record Verdict(AssetType type, String reason) {}

  /** The merged asset with its type, the reason and its natural key. */
  public InventoryAsset classify(MergedAsset merged) {
    AssetFacts facts = merged.facts();
    Verdict verdict = verdict(facts);
    return new InventoryAsset(
        AssetIdentity.keyOf(facts),
        verdict.type,
        verdict.reason,
        facts,
        merged.sources(),
        merged.conflicts());
  }

  /**
   * The applications that an asset's cells name, as assets of their own. The same application is
   * named by many assets: insert each key once, and only where no declared application has the
   * name.
   */
  public List<InventoryAsset> applicationsNamedBy(InventoryAsset asset) {
    List<InventoryAsset> applications = new ArrayList<>();
    for (String name : asset.facts().applications()) {
      boolean itself =
          asset.type() == AssetType.APPLICATION && name.equalsIgnoreCase(asset.facts().name());
      if (!itself) {
        applications.add(applicationNamed(name, asset.sources().getFirst()));
      }
    }
    return applications;
  }

  /**
   * The application asset for a name found in a cell, with the key under which the name is stored.
   */
  public InventoryAsset applicationNamed(String name, SourceRow source) {
    AssetFacts facts =
        new AssetFacts(
            null,
            null,
            name,
            List.of(),
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            "application",
            List.of(),
            List.of(),
            null,
            null);
    return new InventoryAsset(
        AssetIdentity.keyOf(facts),
        AssetType.APPLICATION,
        "named as an application of another asset",
        facts,
        List.of(source),
        List.of());
  }

  private Verdict verdict(AssetFacts facts) {
    AssetType declared = facts.assetType() == null ? null : declaredTypes.find(facts.assetType());
    if (declared == AssetType.SERVER && facts.virtualHost() != null) {
      return new Verdict(
          AssetType.VIRTUAL_MACHINE,
          "declared as " + facts.assetType() + ", hosted on " + facts.virtualHost());
    }
    if (declared != null) {
      return new Verdict(declared, "declared as " + facts.assetType());
    }
    if (facts.virtualHost() != null) {
      return new Verdict(AssetType.VIRTUAL_MACHINE, "hosted on " + facts.virtualHost());
    }
    Verdict bySystem = bySystem(facts.operatingSystem());
    if (bySystem != null) {
      return bySystem;
    }
    Verdict byName = byName(facts);
    return byName != null ? byName : byShape(facts);
  }

  private static @Nullable Verdict bySystem(@Nullable OperatingSystem system) {
    if (system == null) {
      return null;
    }
    AssetType type =
        switch (system.family()) {
          case DATABASE -> AssetType.DATABASE;
          case HYPERVISOR -> AssetType.VIRTUAL_HOST;
          case NETWORK -> AssetType.NETWORK_DEVICE;
          case STORAGE -> AssetType.STORAGE;
          case SOFTWARE -> AssetType.APPLICATION;
          case LINUX, WINDOWS, MACOS, BSD, UNIX, MAINFRAME, OTHER -> null;
        };
    return type == null ? null : new Verdict(type, "runs " + system.displayName());
  }

  private static @Nullable Verdict byName(AssetFacts facts) {
    String name = facts.hostname() != null ? facts.hostname() : facts.name();
    if (name == null) {
      return null;
    }
    Verdict special = byName(name, NETWORK_NAME, AssetType.NETWORK_DEVICE);
    special = special != null ? special : byName(name, STORAGE_NAME, AssetType.STORAGE);
    special = special != null ? special : byName(name, HOST_NAME, AssetType.VIRTUAL_HOST);
    // A machine called db01 is a server with a database; a thing without a system is the database.
    return special != null || facts.operatingSystem() != null || facts.hostname() != null
        ? special
        : byName(name, DATABASE_NAME, AssetType.DATABASE);
  }

  private static @Nullable Verdict byName(String name, Pattern pattern, AssetType type) {
    Matcher matcher = pattern.matcher(name.toLowerCase(Locale.ROOT));
    return matcher.find() ? new Verdict(type, "its name contains " + matcher.group(1)) : null;
  }

  private static Verdict byShape(AssetFacts facts) {
    OperatingSystem system = facts.operatingSystem();
    if (system != null && system.family() != OsFamily.OTHER) {
      return new Verdict(AssetType.SERVER, "runs " + system.displayName());
    }
    if (facts.hostname() != null) {
      return new Verdict(AssetType.SERVER, "has a host name");
    }
    if (facts.cpuCores() != null || facts.memoryMb() != null || !facts.ipAddresses().isEmpty()) {
      return new Verdict(AssetType.SERVER, "has the hardware or address of a machine");
    }
    return new Verdict(AssetType.OTHER, "nothing tells what it is");
  }
}
