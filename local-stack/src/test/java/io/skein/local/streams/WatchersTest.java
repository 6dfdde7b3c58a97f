package io.skein.local.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.local.stack.StackProcess;
import io.skein.testing.Stalls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every watcher of a flow hears every event, in order, once; one pair of instances for all cases.
 */
@Tag("long")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class WatchersTest {
  /** Longer than the last repair takes: a position check of 5 s, and a client's way back. */
  private static final Duration SETTLED = Duration.ofSeconds(30);

  /** More than the ring of a hub holds, so that who begins with the first reads the journal. */
  private static final int HISTORY = 700;

  private static final int EVENT_BYTES = 8_000;

  private Streams streams;

  @BeforeAll
  void start(@TempDir Path directory) {
    streams = new Streams(directory.resolve("stack"));
  }

  @AfterAll
  void stop() {
    if (streams != null) {
      streams.close();
    }
  }

  @Test
  void whateverHappensToRedisEachClientsSequenceIsExact() throws Exception {
    List<UUID> flows = streams.createFlows(Scale.of(40, 200));
    List<Client> clients = follow(flows, Scale.of(60, 300));
    long seed = new Random().nextLong();
    Writers writers =
        new Writers(streams, 4, Scale.of(25, 50), Duration.ofSeconds(Scale.of(10, 60)));
    writers.writeTo(flows);
    Map<Disturbances.Kind, Integer> disturbed =
        new Disturbances(
                streams.stack().redis(),
                clients,
                Duration.ofSeconds(Scale.of(3, 10)),
                new Random(seed))
            .until(writers);
    writers.requireSuccess();
    long begin = System.nanoTime();
    awaitAll(clients);
    System.out.printf(
        "recorded streams: seed %d, disturbed %s, %d clients with %d events, %d connections, last"
            + " one exact %d ms after the writing%n",
        seed,
        disturbed,
        clients.size(),
        clients.stream().mapToInt(client -> client.events().size()).sum(),
        clients.stream().mapToInt(client -> client.connectedAt().size()).sum(),
        Duration.ofNanos(System.nanoTime() - begin).toMillis());
    assertExact(clients);
    clients.forEach(Client::close);
  }

  @Test
  void whenPostgresIsRestoredToAnOlderCopyEveryClientIsResetAndHearsNothingOfTheLostFuture()
      throws Exception {
    List<UUID> flows = streams.createFlows(5);
    write(flows, "kept");
    Path copy = streams.copyPostgres();
    UUID lostFlow = streams.createFlows(1).getFirst();
    List<Client> clients = follow(flows, 20);
    Client ofLostFlow = Client.follow(streams.api(0), lostFlow, 0);
    write(flows, "lost");
    awaitAll(clients);
    awaitAll(List.of(ofLostFlow));
    long lostEpoch = streams.epoch();

    streams.restorePostgres(copy);
    await().atMost(SETTLED).until(() -> streams.epoch() > lostEpoch);
    awaitAll(clients);
    write(flows, "after");
    awaitAll(clients);
    assertReset(clients, 1);
    await().atMost(SETTLED).until(ofLostFlow::isGone);

    List<Client> late = follow(flows, 5);
    streams.database().useTransaction(tx -> tx.handle().execute("select skein_renew_epoch()"));
    await().atMost(SETTLED).until(() -> clients.stream().allMatch(c -> c.resets().size() == 2));
    write(flows, "end");
    awaitAll(clients);
    awaitAll(late);
    assertReset(clients, 2);
    assertThat(late).allMatch(client -> client.unexpected().isEmpty());
    clients.forEach(Client::close);
    late.forEach(Client::close);
  }

  @Test
  void aRollingRestartLosesNothingAndSpreadsTheReconnects() throws Exception {
    List<UUID> flows = streams.createFlows(10);
    List<Client> clients = follow(flows, Scale.of(200, 1_000));
    awaitAll(clients);
    Writers writers = new Writers(streams, 2, 100, Duration.ofSeconds(15)).writeTo(flows);
    for (StackProcess instance : streams.stack().apis()) {
      long begin = System.nanoTime();
      instance.restart();
      await().atMost(SETTLED).until(() -> clients.stream().allMatch(Client::isConnected));
      List<Long> reconnects = clients.stream().flatMap(client -> client.dueAt().stream()).toList();
      Histogram spread = Histogram.of(reconnects, begin, Duration.ofMillis(250));
      System.out.printf("reconnects when %s restarts:%n%s", instance.name(), spread);
      assertThat(spread.total()).isGreaterThanOrEqualTo(clients.size() / 3);
      // At once they would all be in one.
      assertThat(Histogram.of(reconnects, begin, Duration.ofSeconds(1)).busiest())
          .isLessThan(spread.total() / 2);
    }
    await().atMost(SETTLED).until(() -> !writers.areWriting());
    writers.requireSuccess();
    awaitAll(clients);
    assertExact(clients);
    clients.forEach(Client::close);
  }

  @Test
  void clientsThatReadOneByteASecondDelayNobodyTakeNoMemoryAndAreClosed() throws Exception {
    UUID flow = streams.createFlows(1).getFirst();
    streams.appendLarge(flow, HISTORY, EVENT_BYTES);
    StackProcess instance = streams.stack().apis().getFirst();
    long pid = instance.pid();
    List<Client> neighbours = follow(List.of(flow), 20);
    Client quiet = Client.follow(streams.api(0), streams.createFlows(1).getFirst(), 0);
    neighbours.add(quiet);
    awaitAll(neighbours);
    neighbours.remove(quiet);
    int slowOnes = Scale.of(200, 2_000);
    double before = liveHeap(instance);
    try (SlowClients slow = new SlowClients(streams, instance.url(), flow, slowOnes)) {
      await().atMost(SETTLED).until(() -> connections(instance) >= slowOnes);
      Stalls.repeatIfStalled(() -> assertNobodyIsDelayed(flow, neighbours));
      double ofEach = (liveHeap(instance) - before) / slowOnes;
      System.out.printf("%d slow readers, %.0f KB of heap for each%n", slowOnes, ofEach / 1e3);
      assertThat(ofEach).as("a page, one event more, and a stream").isLessThan(64_000);
      await().atMost(Duration.ofSeconds(60)).until(() -> connections(instance) <= 20);
      assertThat(instance.pid()).isEqualTo(pid);
      assertThat(instance.isAlive()).isTrue();
    }
    assertExact(neighbours);
    assertThat(quiet.connectedAt()).as("a stream is not ended for its silence").hasSize(1);
    quiet.close();
    neighbours.forEach(Client::close);
  }

  private void assertNobodyIsDelayed(UUID flow, List<Client> neighbours) throws Exception {
    List<Long> committed = new ArrayList<>();
    for (int n = 0; n < 50; n++) {
      committed.add(streams.appendLarge(flow, 1, EVENT_BYTES));
      Thread.sleep(50);
    }
    awaitAll(neighbours);
    long worst = worstDelay(neighbours, committed);
    System.out.printf("the worst delay of a neighbour of slow readers: %d ms%n", worst);
    assertThat(worst).isLessThan(2_000);
  }

  /** What is left of the heap when its garbage is collected. */
  private double liveHeap(StackProcess instance) throws Exception {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    Process collecting =
        new ProcessBuilder(jcmd, String.valueOf(instance.pid()), "GC.run")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(collecting.waitFor()).isZero();
    return streams.metric(instance, "jvm_memory_used_bytes{area=\"heap\"");
  }

  private double connections(StackProcess instance) throws Exception {
    return streams.metric(instance, "skein_sse_connections");
  }

  /** In milliseconds, of the last events. */
  private static long worstDelay(List<Client> clients, List<Long> committed) {
    long worst = 0;
    for (Client client : clients) {
      List<Client.Frame> events = client.events();
      List<Client.Frame> last = events.subList(events.size() - committed.size(), events.size());
      for (int n = 0; n < committed.size(); n++) {
        worst = Math.max(worst, last.get(n).at() - committed.get(n));
      }
    }
    return Duration.ofNanos(worst).toMillis();
  }

  /** After so many resets each client has heard every event that is in PostgreSQL. */
  private void assertReset(List<Client> clients, int times) {
    for (Client client : clients) {
      List<String> types = streams.types(client.flow());
      assertThat(client.unexpected()).isEmpty();
      assertThat(client.resets()).hasSize(times);
      Client.Frame reset = client.resets().getLast();
      assertThat(reset.data()).contains("\"state\":{", client.flow().toString());
      List<Client.Frame> since =
          client.events().stream().filter(event -> event.epoch() == reset.epoch()).toList();
      assertThat(since)
          .extracting(Client.Frame::seq)
          .isEqualTo(LongStream.rangeClosed(reset.seq() + 1, types.size()).boxed().toList());
      assertThat(since).extracting(Client.Frame::type).doesNotContain("lost");
      assertThat(types).doesNotContain("lost").contains("kept", "after");
    }
  }

  private void write(List<UUID> flows, String type) {
    for (UUID flow : flows) {
      for (int n = 0; n < 20; n++) {
        streams.append(flow, type, n % 2 == 0);
      }
    }
  }

  private List<Client> follow(List<UUID> flows, int count) {
    List<Client> clients = new ArrayList<>();
    for (int n = 0; n < count; n++) {
      clients.add(Client.follow(streams.api(n), flows.get(n % flows.size()), n));
    }
    return clients;
  }

  private void awaitAll(List<Client> clients) {
    for (Client client : clients) {
      String last = streams.lastId(client.flow());
      await()
          .atMost(SETTLED)
          .pollInterval(Duration.ofMillis(20))
          .untilAsserted(() -> assertThat(client.lastEventId()).isEqualTo(last));
    }
  }

  private void assertExact(List<Client> clients) {
    for (Client client : clients) {
      List<String> types = streams.types(client.flow());
      assertThat(client.unexpected()).isEmpty();
      assertThat(client.resets()).isEmpty();
      assertThat(client.sequences())
          .isEqualTo(LongStream.rangeClosed(1, types.size()).boxed().toList());
      assertThat(client.events()).extracting(Client.Frame::type).isEqualTo(types);
    }
  }
}
