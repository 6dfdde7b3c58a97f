package io.skein.sse;

import io.skein.events.StreamId;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A connection as the registry keeps it in Redis. */
final class ConnectionJson {
  private static final JsonMapper JSON = JsonMapper.shared();

  private ConnectionJson() {}

  static String write(Connection connection) {
    ObjectNode node = JSON.createObjectNode();
    Viewer viewer = connection.viewer();
    node.put("tenant", viewer.tenant()).put("engagement", viewer.engagement());
    node.put("user", viewer.user()).put("client", viewer.client());
    node.put("since", connection.since().toString());
    ArrayNode flows = node.putArray("flows");
    new TreeSet<>(connection.flows().stream().map(StreamId::toString).toList()).forEach(flows::add);
    return JSON.writeValueAsString(node);
  }

  static Connection read(String id, String json) {
    JsonNode node = JSON.readTree(json);
    Viewer viewer =
        new Viewer(
            node.get("tenant").asString(),
            node.get("engagement").asString(),
            node.get("user").asString(),
            node.get("client").asString());
    Set<StreamId> flows =
        node.get("flows")
            .valueStream()
            .map(flow -> StreamId.parse(flow.asString()))
            .collect(Collectors.toSet());
    return new Connection(id, viewer, flows, Instant.parse(node.get("since").asString()));
  }
}
