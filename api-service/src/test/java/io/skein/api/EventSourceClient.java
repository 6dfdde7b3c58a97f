package io.skein.api;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Watches one flow as a browser does: comes again with the last id when its stream ends. Keeps the
 * sequences that it was given, in order.
 */
final class EventSourceClient implements AutoCloseable {
  private final ApiClient client;
  private final String path;
  private final Thread thread;
  private final List<Long> sequences = new CopyOnWriteArrayList<>();
  private final List<String> resets = new CopyOnWriteArrayList<>();
  private volatile boolean closed;
  private volatile InputStream body = InputStream.nullInputStream();
  private String lastId = "";

  private EventSourceClient(ApiClient client, String flow) {
    this.client = client;
    this.path = ApiClient.FLOWS + "/" + flow + "/events/stream";
    this.thread = Thread.ofVirtual().unstarted(this::watch);
  }

  static EventSourceClient start(ApiClient client, String flow) {
    EventSourceClient watching = new EventSourceClient(client, flow);
    watching.thread.start();
    return watching;
  }

  List<Long> sequences() {
    return sequences;
  }

  /** What it was told instead of events. */
  List<String> resets() {
    return resets;
  }

  @Override
  public void close() throws IOException {
    closed = true;
    thread.interrupt();
    body.close();
  }

  private void watch() {
    while (!closed) {
      try {
        ApiClient again = lastId.isEmpty() ? client : client.with("Last-Event-ID", lastId);
        HttpResponse<InputStream> answer = StreamReading.open(again, path);
        body = answer.body();
        if (answer.statusCode() == 200) {
          read(StreamReading.reader(body));
        }
      } catch (IOException | IllegalStateException ended) {
        // it comes again
      }
    }
  }

  private void read(BufferedReader lines) throws IOException {
    String id = "";
    String event = "message";
    boolean data = false;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("id: ")) {
        id = line.substring(4);
      } else if (line.startsWith("event: ")) {
        event = line.substring(7);
      } else if (line.startsWith("data: ")) {
        data = true;
      } else if (line.isEmpty()) {
        if (event.equals("reset")) {
          resets.add(id);
        }
        if (!id.isEmpty()) {
          lastId = id;
        }
        if (!id.isEmpty() && data && event.equals("message")) {
          sequences.add(Long.parseLong(id.substring(id.indexOf('.') + 1)));
        }
        id = "";
        event = "message";
        data = false;
      }
    }
  }
}
