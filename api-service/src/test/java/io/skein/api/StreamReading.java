package io.skein.api;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads streams of events as a browser does. */
final class StreamReading {
  private StreamReading() {}

  record Frame(Map<String, String> fields) {
    String event() {
      return fields.getOrDefault("event", "message");
    }

    String id() {
      return fields.getOrDefault("id", "");
    }

    JsonNode data() {
      return JsonMapper.shared().readTree(fields.getOrDefault("data", "null"));
    }
  }

  static HttpResponse<InputStream> open(ApiClient client, String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + client.port() + path));
    client.headers().forEach(request::header);
    try {
      return client.http().send(request.build(), BodyHandlers.ofInputStream());
    } catch (IOException e) {
      throw new IllegalStateException("no answer to GET " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  static BufferedReader reader(InputStream body) {
    return new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
  }

  /** Frames up to and with the first that is wanted. */
  static List<Frame> read(BufferedReader lines, Predicate<Frame> wanted) throws IOException {
    List<Frame> frames = new ArrayList<>();
    Map<String, String> fields = new HashMap<>();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (!line.isEmpty() && !line.startsWith(":")) {
        int colon = line.indexOf(": ");
        fields.put(line.substring(0, colon), line.substring(colon + 2));
      } else if (!fields.isEmpty() && line.isEmpty()) {
        Frame frame = new Frame(Map.copyOf(fields));
        frames.add(frame);
        fields.clear();
        if (wanted.test(frame)) {
          return frames;
        }
      }
    }
    throw new AssertionError("the stream ended before what was waited for: " + frames);
  }

  /** The events: unnamed, so that EventSource hands them to onmessage. */
  static List<Frame> numbered(List<Frame> frames) {
    Stream<Frame> events = frames.stream().filter(frame -> frame.event().equals("message"));
    return events.filter(frame -> !frame.id().isEmpty()).toList();
  }
}
