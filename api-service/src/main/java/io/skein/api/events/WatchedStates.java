package io.skein.api.events;

import io.skein.events.StreamId;
import io.skein.flows.Flow;
import io.skein.flows.FlowEngine;
import io.skein.flows.FlowId;
import io.skein.flows.FlowJson;
import io.skein.flows.Owner;
import io.skein.sse.FeedFlows;
import io.skein.sse.Viewer;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What streams of several flows show of them. Thread safe. */
public final class WatchedStates implements FeedFlows {
  /** The most flows of an engagement in one snapshot; past it {@code complete} is false. */
  private static final int MOST = 1_000;

  private final FlowEngine engine;
  private final FlowJson flowJson;
  private final JsonMapper json;

  public WatchedStates(FlowEngine engine, JsonMapper json) {
    this.engine = engine;
    this.flowJson = new FlowJson(json);
    this.json = json;
  }

  @Override
  public Map<StreamId, String> engagements(Collection<StreamId> streams) {
    Map<StreamId, String> engagements = new HashMap<>();
    engine
        .owners(ids(streams))
        .forEach((flow, owner) -> engagements.put(flow.stream(), owner.engagement()));
    return engagements;
  }

  /** The states of chosen flows; of an engagement the newest flows with version and status. */
  @Override
  public String snapshot(Viewer viewer, Set<StreamId> chosen) {
    Owner owner = new Owner(viewer.tenant(), viewer.engagement());
    ObjectNode body = json.createObjectNode();
    ArrayNode items = body.putArray("flows");
    if (chosen.isEmpty()) {
      List<Flow> newest = engine.list(owner, null, MOST + 1);
      newest.stream().limit(MOST).forEach(flow -> brief(flow, items.addObject()));
      body.put("complete", newest.size() <= MOST);
    } else {
      engine.find(owner, ids(chosen)).forEach(flow -> items.add(flowJson.node(flow)));
      body.put("complete", true);
    }
    return json.writeValueAsString(body);
  }

  private static void brief(Flow flow, ObjectNode node) {
    node.put("flowId", flow.id().toString());
    node.put("version", flow.version());
    node.put("status", flow.status().wireName());
  }

  private static Set<FlowId> ids(Collection<StreamId> streams) {
    return streams.stream().map(stream -> new FlowId(stream.value())).collect(Collectors.toSet());
  }
}
