package io.skein.discovery.dependencies;

import io.skein.discovery.inventory.AssetType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the asset that a reference means. The strongest kind of name wins (key, qualified name,
 * identifier, host name, display name, address); between assets of equally strong names the lowest
 * key, so that the order of adding does not matter. About 150 bytes per name; not safe for use by
 * several threads.
 */
public final class AssetResolver {

  private final Map<String, Candidates> byName = new HashMap<>();
  private final List<String> keys = new ArrayList<>();

  /** The best asset of a name, for each kind of target. */
  private static final class Candidates {
    private @Nullable Candidate any;
    private @Nullable Candidate machine;
    private @Nullable Candidate application;
  }

  private record Candidate(String key, Strength strength) {

    static Candidate better(@Nullable Candidate left, Candidate right) {
      if (left == null) {
        return right;
      }
      int byStrength = left.strength.compareTo(right.strength);
      boolean keepsLeft = byStrength < 0 || (byStrength == 0 && left.key.compareTo(right.key) <= 0);
      return keepsLeft ? left : right;
    }
  }

  private enum Strength {
    KEY,
    QUALIFIED_NAME,
    IDENTIFIER,
    HOST_NAME,
    DISPLAY_NAME,
    ALIAS,
    ADDRESS
  }

  /** Adds an asset under all its names. */
  public void add(AssetNode node) {
    keys.add(node.key());
    name(node.key(), Strength.KEY, node);
    String fqdn = node.fqdn();
    if (fqdn != null) {
      boolean own = node.hostname() == null || fqdn.startsWith(node.hostname() + ".");
      name(fqdn, own ? Strength.QUALIFIED_NAME : Strength.ALIAS, node);
    }
    name(node.externalId(), Strength.IDENTIFIER, node);
    name(node.hostname(), Strength.HOST_NAME, node);
    name(node.name(), Strength.DISPLAY_NAME, node);
    node.ipAddresses().forEach(address -> name(address, Strength.ADDRESS, node));
  }

  private void name(@Nullable String name, Strength strength, AssetNode node) {
    if (name == null) {
      return;
    }
    Candidates candidates = byName.computeIfAbsent(normal(name), any -> new Candidates());
    Candidate candidate = new Candidate(node.key(), strength);
    candidates.any = Candidate.better(candidates.any, candidate);
    if (node.type() == AssetType.APPLICATION) {
      candidates.application = Candidate.better(candidates.application, candidate);
    } else {
      candidates.machine = Candidate.better(candidates.machine, candidate);
    }
  }

  /** The key of the asset that a reference means, or null when the inventory has none. */
  public @Nullable String resolve(Reference reference) {
    String name = normal(reference.text());
    String key = find(name, reference.target());
    int dot = name.indexOf('.');
    if (key == null && dot > 0) {
      // A qualified name may mean an asset known by its host name alone, never one in another
      // domain.
      String bare = find(name.substring(0, dot), reference.target());
      return bare != null && bare.startsWith("host:") && bare.indexOf('.') < 0 ? bare : null;
    }
    return key;
  }

  private @Nullable String find(String name, Reference.Target target) {
    Candidates candidates = byName.get(name);
    if (candidates == null) {
      return null;
    }
    Candidate candidate =
        switch (target) {
          case ANY -> candidates.any;
          case MACHINE -> candidates.machine;
          case APPLICATION -> candidates.application;
        };
    return candidate == null ? null : candidate.key;
  }

  /** The keys of all assets, in the order in which they were added. */
  List<String> keys() {
    return Collections.unmodifiableList(keys);
  }

  /** A name for comparison: lower case, without the trailing dot. */
  static String normal(String name) {
    String lower = name.strip().toLowerCase(Locale.ROOT);
    return lower.length() > 1 && lower.endsWith(".")
        ? lower.substring(0, lower.length() - 1)
        : lower;
  }
}
