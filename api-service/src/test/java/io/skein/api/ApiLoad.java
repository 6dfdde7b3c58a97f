package io.skein.api;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Requests at a fixed rate, whether or not those before were answered: reads of states for the most
 * part, some reads of flows, and a command now and then. Accounts for every request that was sent.
 */
final class ApiLoad implements AutoCloseable {
  private static final int COMMAND_EVERY = 20;
  private static final int FLOW_EVERY = 10;
  private static final Set<Integer> READ = Set.of(200);

  /** A pause that met 503 leaves its flow running, and the next command meets a conflict. */
  private static final Set<Integer> COMMANDED = Set.of(200, 409);

  private final List<ApiClient> clients;
  private final List<String> read;
  private final List<String> commanded;
  private final Queue<Request> requests = new ConcurrentLinkedQueue<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("api-load").daemon().factory());
  private int turns;

  /**
   * One request.
   *
   * @param begun when it was sent, a monotonic time in nanoseconds
   * @param took nanoseconds until its answer was read, or so far
   * @param status 0 when there was none
   * @param retryAfter whether the answer says when to come again
   * @param command whether it was one, and no read
   */
  record Sample(long begun, long took, int status, boolean retryAfter, boolean command) {
    /** An answer that no outage of Redis excuses: none at all, too. */
    boolean wrong() {
      boolean refused = status == 503 && retryAfter;
      return !refused && !(command ? COMMANDED : READ).contains(status);
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
      state(i);
    }
  }

  /** How many requests there have been. */
  int sent() {
    return requests.size();
  }

  /**
   * Sends no more and waits for the answers, at most for this long.
   *
   * @return every request; who has no answer by then will have none
   */
  List<Sample> finish(Duration within) {
    clock.close();
    long end = System.nanoTime() + within.toNanos();
    while (System.nanoTime() < end && requests.stream().anyMatch(Request::open)) {
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
    return requests.stream().map(Request::sample).toList();
  }

  /** Of the samples those that were sent in a span of monotonic time. */
  static List<Sample> between(List<Sample> samples, long from, long to) {
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
    int n = turns++;
    if (n % COMMAND_EVERY == 0) {
      command(n / COMMAND_EVERY);
    } else if (n % FLOW_EVERY == 1) {
      send(false, () -> client(n).get(ApiClient.FLOWS + "/" + read.get(n % read.size())));
    } else {
      state(n);
    }
  }

  private void state(int n) {
    send(false, () -> client(n).get(ApiClient.FLOWS + "/" + read.get(n % read.size()) + "/state"));
  }

  /** Paused and resumed in turns. */
  private void command(int n) {
    String flow = commanded.get(n % commanded.size());
    String command = n / commanded.size() % 2 == 0 ? "pause" : "resume";
    String path = ApiClient.FLOWS + "/" + flow + "/" + command;
    send(true, () -> client(n).send("POST", path, BodyPublishers.noBody()));
  }

  private ApiClient client(int n) {
    return clients.get(n % clients.size());
  }

  private void send(boolean command, Supplier<HttpResponse<String>> call) {
    Request request = new Request(command);
    requests.add(request);
    threads.execute(() -> request.answer(call));
  }

  /** One that was sent, from then on. */
  private static final class Request {
    private final boolean command;
    private final long begun = System.nanoTime();
    private volatile @Nullable Sample answered;

    Request(boolean command) {
      this.command = command;
    }

    void answer(Supplier<HttpResponse<String>> call) {
      int status = 0;
      boolean retryAfter = false;
      try {
        HttpResponse<String> answer = call.get();
        status = answer.statusCode();
        retryAfter = answer.headers().firstValue("Retry-After").isPresent();
      } catch (IllegalStateException noAnswer) {
        status = 0;
      } finally {
        answered = sample(status, retryAfter);
      }
    }

    boolean open() {
      return answered == null;
    }

    Sample sample() {
      Sample sample = answered;
      return sample == null ? sample(0, false) : sample;
    }

    private Sample sample(int status, boolean retryAfter) {
      return new Sample(begun, System.nanoTime() - begun, status, retryAfter, command);
    }
  }

  /** Sends no more and waits for nothing. */
  @Override
  public void close() {
    clock.shutdownNow();
    threads.shutdownNow();
  }
}
