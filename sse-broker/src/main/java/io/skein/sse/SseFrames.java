package io.skein.sse;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skein.events.AgentUpdate;
import io.skein.events.Epoch;
import io.skein.events.EventJson;
import io.skein.events.FeedEntry;
import io.skein.events.FeedPosition;
import io.skein.events.Position;
import io.skein.events.Sequence;
import io.skein.events.StoredEvent;
import io.skein.sse.Source.Present;
import java.time.Duration;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What goes over the wire: frames of the event stream format with JSON in one data line. */
final class SseFrames {
  static final byte[] HEARTBEAT = ":\n\n".getBytes(UTF_8);

  private static final JsonMapper JSON = JsonMapper.shared();

  private SseFrames() {}

  static byte[] event(StoredEvent event) {
    return frame("id: " + event.id() + "\n", EventJson.of(event));
  }

  /** An event of a tenant's feed: it says of which flow, and its id is the place in the feed. */
  static byte[] feedEvent(FeedEntry entry) {
    StoredEvent event = entry.event();
    ObjectNode data = EventJson.of(event).put("flowId", event.stream().toString());
    return frame("id: " + event.id().epoch() + "." + entry.place() + "\n", data);
  }

  /** The id of an event that was skipped, and nothing else. */
  static byte[] id(Epoch epoch, Object place) {
    return ("id: " + epoch + "." + place + "\n\n").getBytes(UTF_8);
  }

  static byte[] hello(Duration retry, Sequence from, Present<Sequence> present, boolean lost) {
    ObjectNode data = JSON.createObjectNode();
    data.put("from", from.value());
    data.put("top", present.top().value());
    data.put("epoch", present.epoch().millis());
    data.put("lost", lost);
    return frame("retry: " + retry.toMillis() + "\nevent: hello\n", data);
  }

  static byte[] feedHello(
      Duration retry, FeedPosition from, Present<FeedPosition> present, boolean lost) {
    ObjectNode data = JSON.createObjectNode();
    data.put("from", from.toString());
    data.put("top", present.top().toString());
    data.put("epoch", present.epoch().millis());
    data.put("lost", lost);
    return frame("retry: " + retry.toMillis() + "\nevent: hello\n", data);
  }

  static byte[] feedReset(Present<FeedPosition> present, String state) {
    ObjectNode data = JSON.createObjectNode();
    data.put("epoch", present.epoch().millis());
    data.put("last", present.top().toString());
    data.putRawValue("state", EventJson.raw(state));
    return frame("event: reset\nid: " + present.epoch() + "." + present.top() + "\n", data);
  }

  static byte[] reset(Present<Sequence> present, Snapshot snapshot) {
    ObjectNode data = JSON.createObjectNode();
    data.put("epoch", present.epoch().millis());
    data.put("last", present.top().value());
    data.put("version", snapshot.version());
    data.putRawValue("state", EventJson.raw(snapshot.json()));
    return frame("event: reset\nid: " + present.epoch() + "." + present.top() + "\n", data);
  }

  static byte[] end(Position position) {
    ObjectNode data = JSON.createObjectNode();
    data.put("last", position.last().value());
    data.put("version", position.stateVersion());
    return frame("event: end\nid: " + position.lastId() + "\n", data);
  }

  static byte[] progress(AgentUpdate update) {
    return frame("event: progress\n", EventJson.of(update));
  }

  static byte[] retry(Duration retry) {
    return ("retry: " + retry.toMillis() + "\n\n").getBytes(UTF_8);
  }

  private static byte[] frame(String head, ObjectNode data) {
    return (head + "data: " + JSON.writeValueAsString(data) + "\n\n").getBytes(UTF_8);
  }
}
