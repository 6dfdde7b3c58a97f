package io.skein.api;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Requests at a fixed rate, whether or not those before were answered: reads of states for the most
 * part, some reads of flows, and a command now and then.
 */
final class ApiLoad implements AutoCloseable {
  private static final int COMMAND_EVERY = 20;
  private static final int FLOW_EVERY = 10;

  private final List<ApiClient> clients;
  private final List<String> read;
  private final List<String> commanded;
  private final Queue<Sample> samples = new ConcurrentLinkedQueue<>();
  private final ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("api-load").daemon().factory());
  private int sent;

  /**
   * One request.
   *
   * @param begun when it was sent, a monotonic time in nanoseconds
   * @param took nanoseconds until its answer was read
   * @param status 0 when there was none
   * @param retryAfter whether the answer says when to come again
   */
  record Sample(long begun, long took, int status, boolean retryAfter) {
    /** An answer that no outage of Redis excuses. */
    boolean wrong() {
      return status == 0 || status > 503 || status == 500 || (status == 503 && !retryAfter);
    }
  }

  /**
   * @param clients take turns
   * @param read flows whose states are read
   * @param commanded flows that are paused and resumed
   */
  ApiLoad(List<ApiClient> clients, List<String> read, List<String> commanded) {
    this.clients = clients;
    this.read = read;
    this.commanded = commanded;
  }

  ApiLoad start(int perSecond) {
    long period = Duration.ofSeconds(1).toNanos() / perSecond;
    var unused = clock.scheduleAtFixedRate(this::sendNext, 0, period, TimeUnit.NANOSECONDS);
    return this;
  }

  /** Reads the state of every flow at once, some times over. */
  void burst(int times) {
    for (int i = 0; i < times * read.size(); i++) {
      int n = i;
      requests.execute(() -> state(n));
    }
  }

  /** What was sent in a span of monotonic time and has been answered. */
  List<Sample> between(long from, long to) {
    return samples.stream()
        .filter(sample -> sample.begun() >= from && sample.begun() < to)
        .toList();
  }

  /** Milliseconds that so much of the samples did not exceed. */
  static double percentile(List<Sample> samples, double share) {
    long[] sorted = samples.stream().mapToLong(Sample::took).sorted().toArray();
    return sorted.length == 0
        ? 0
        : sorted[(int) Math.min(sorted.length - 1L, (long) (sorted.length * share))] / 1e6;
  }

  private void sendNext() {
    int n = sent++;
    requests.execute(() -> {
      if (n % COMMAND_EVERY == 0) {
        command(n / COMMAND_EVERY);
      } else if (n % FLOW_EVERY == 1) {
        measure(() -> client(n).get(ApiClient.FLOWS + "/" + read.get(n % read.size())));
      } else {
        state(n);
      }
    });
  }

  private void state(int n) {
    measure(() -> client(n).get(ApiClient.FLOWS + "/" + read.get(n % read.size()) + "/state"));
  }

  /** Paused and resumed in turns. */
  private void command(int n) {
    String flow = commanded.get(n % commanded.size());
    String command = n / commanded.size() % 2 == 0 ? "pause" : "resume";
    measure(() ->
        client(n)
            .send("POST", ApiClient.FLOWS + "/" + flow + "/" + command, BodyPublishers.noBody()));
  }

  private ApiClient client(int n) {
    return clients.get(n % clients.size());
  }

  @FunctionalInterface
  private interface Call {
    HttpResponse<String> answer();
  }

  private void measure(Call call) {
    long begun = System.nanoTime();
    int status = 0;
    boolean retryAfter = false;
    try {
      HttpResponse<String> answer = call.answer();
      status = answer.statusCode();
      retryAfter = answer.headers().firstValue("Retry-After").isPresent();
    } catch (IllegalStateException noAnswer) {
      status = 0;
    }
    samples.add(new Sample(begun, System.nanoTime() - begun, status, retryAfter));
  }

  /** Sends no more and waits for what was sent. */
  @Override
  public void close() {
    clock.shutdownNow();
    requests.close();
  }
}
