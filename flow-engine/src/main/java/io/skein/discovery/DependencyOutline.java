package io.skein.discovery;

import io.skein.discovery.dependencies.DependencyReport;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What fits on one page of a dependency report: all counts, and the beginning of each list. The
 * rest of a wave or cluster is read from the assets, which say where they stand. Thread safe.
 */
final class DependencyOutline {
  /** Entries of a list that are kept. */
  static final int ENTRIES = 500;

  /** Assets of a group that are named. */
  static final int NAMED = 25;

  private final JsonMapper json;

  DependencyOutline(JsonMapper json) {
    this.json = json;
  }

  /** How many there are of everything. */
  ObjectNode counts(DependencyReport report) {
    return json.createObjectNode()
        .put("edges", report.edges().size())
        .put("selfLoops", report.selfLoops())
        .put("waves", report.waves().size())
        .put("cycles", report.cycles().size())
        .put("clusters", report.clusters().size())
        .put("shared", report.shared().size())
        .put("isolated", report.isolated().size())
        .put("referencedOnly", report.referencedOnly().size());
  }

  ObjectNode outline(DependencyReport report) {
    ObjectNode outline = json.createObjectNode();
    outline.set("counts", counts(report));
    ArrayNode waves = outline.putArray("waves");
    first(report.waves()).forEach(wave -> group(waves, "wave", wave.wave(), wave.assets()));
    ArrayNode clusters = outline.putArray("clusters");
    first(report.clusters())
        .forEach(cluster -> group(clusters, "cluster", cluster.number(), cluster.assets()));
    ArrayNode cycles = outline.putArray("cycles");
    first(report.cycles())
        .forEach(cycle -> group(cycles, "cycle", cycles.size() + 1, cycle.assets()));
    outline.set("shared", json.valueToTree(first(report.shared())));
    outline.set("isolated", json.valueToTree(first(report.isolated())));
    outline.set("referencedOnly", json.valueToTree(first(report.referencedOnly())));
    return outline;
  }

  private void group(ArrayNode groups, String kind, int number, List<String> assets) {
    ObjectNode group = groups.addObject().put(kind, number).put("count", assets.size());
    group.set("assets", json.valueToTree(assets.subList(0, Math.min(NAMED, assets.size()))));
  }

  private static <T> List<T> first(List<T> list) {
    return list.subList(0, Math.min(ENTRIES, list.size()));
  }
}
