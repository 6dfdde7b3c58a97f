package io.skein.discovery.dependencies;

import io.skein.discovery.cleansing.AssetFacts;
import io.skein.discovery.inventory.AssetType;
import io.skein.discovery.inventory.InventoryAsset;
import java.util.ArrayList;
import java.util.List;

/** The dependencies that an asset's own row declares. */
public final class DeclaredDependencies {

  private DeclaredDependencies() {}

  /** Applications run on it, it is hosted on its virtual host, it depends on what it lists. */
  public static List<NamedEdge> of(InventoryAsset asset) {
    AssetFacts facts = asset.facts();
    Reference self = Reference.any(asset.key());
    List<NamedEdge> edges = new ArrayList<>();
    if (asset.type() != AssetType.APPLICATION) {
      for (String application : facts.applications()) {
        edges.add(edge(Reference.application(application), self, EdgeKind.RUNS_ON));
      }
    }
    if (facts.virtualHost() != null) {
      edges.add(edge(self, Reference.machine(facts.virtualHost()), EdgeKind.HOSTED_ON));
    }
    for (String dependency : facts.dependencies()) {
      edges.add(edge(self, Reference.any(dependency), EdgeKind.DEPENDS_ON));
    }
    return edges;
  }

  private static NamedEdge edge(Reference from, Reference to, EdgeKind kind) {
    return new NamedEdge(from, to, kind, null, null);
  }
}
