package io.skein.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.testing.CuttableNetwork;
import io.skein.testing.RedisServer;
import io.skein.testing.Stalls;
import io.skein.testing.TestServers;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/**
 * Whatever becomes of Redis, the API answers: quickly, or 503 with the time to come again, without
 * using up PostgreSQL, and it finds its way back. Prints what was measured.
 */
@Tag("long")
class RedisOutageTest {
  private static final Duration WARM_UP = Duration.ofSeconds(15);
  private static final double MOST_BEFORE_MILLIS = 200;
  private static final int MOST_ROUNDS = 5;
  private static final Duration HEALTHY = Duration.ofSeconds(4);
  private static final Duration OUTAGE = Duration.ofSeconds(8);
  private static final Duration AFTERWARDS = Duration.ofSeconds(3);

  /** For what is still under way at the end; far above what is allowed, and counted. */
  private static final Duration LAST_ANSWERS = Duration.ofSeconds(10);

  private static final int FLOWS = 20;
  private static final int USERS = 300;
  private static final int REQUESTS_A_SECOND = 40;

  /** Of an instance's pool of 20. */
  private static final int BULKHEAD = 12;

  private static final List<String> TABLE = new ArrayList<>();

  private static RedisServer server;
  private static CuttableNetwork network;
  private static ApiStack stack;
  private static List<ApiClient> clients;
  private static List<String> flows;
  private static List<String> commanded;

  /** What becomes of Redis. */
  enum Outage {
    FROZEN {
      @Override
      void begin() {
        server.freeze();
      }

      @Override
      void end() {
        server.thaw();
      }
    },
    KILLED {
      @Override
      void begin() {
        server.kill();
      }

      @Override
      void end() {
        server.start();
      }
    },
    REFUSING {
      @Override
      void begin() {
        network.refuse();
      }

      @Override
      void end() {
        network.admit();
      }
    },
    OUT_OF_MEMORY {
      @Override
      void begin() {
        tell("CONFIG SET maxmemory 1");
      }

      @Override
      void end() {
        tell("CONFIG SET maxmemory 0");
      }
    },
    READ_ONLY {
      @Override
      void begin() {
        tell("REPLICAOF 127.0.0.1 1");
      }

      @Override
      void end() {
        tell("REPLICAOF NO ONE");
      }
    },
    SLOW {
      @Override
      void begin() {
        network.slow(Duration.ofMillis(300));
      }

      @Override
      void end() {
        network.slow(Duration.ZERO);
      }
    };

    abstract void begin();

    abstract void end();
  }

  @BeforeAll
  static void start() throws Exception {
    server = TestServers.newRedis();
    network = new CuttableNetwork("127.0.0.1", URI.create(server.url()).getPort());
    stack = ApiStack.start(2, Map.of("REDIS_URL", "redis://127.0.0.1:" + network.port()));
    clients = new ArrayList<>();
    for (int user = 0; user < USERS; user++) {
      String token = TestTokens.ofUser("user-" + user, "operator");
      clients.add(stack.anonymous(1 + user % 2).withToken(token));
    }
    flows = create(FLOWS);
    commanded = create(4);
    Stalls.repeatIfStalled(RedisOutageTest::warmUp);
    TABLE.add(
        "| Redis | p99 before | p50 | p99 | most | requests | 503 | wrong | closed after | open again"
            + " after | connections | loads/s | loads in 3 s after |");
    TABLE.add("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
  }

  private static void warmUp() {
    try (ApiLoad load = new ApiLoad(clients, flows, commanded).start(REQUESTS_A_SECOND)) {
      pause(WARM_UP);
      load.burst(1);
      assertThat(load.finish(LAST_ANSWERS)).noneMatch(ApiLoad.Sample::wrong);
    }
  }

  private static List<String> create(int number) {
    List<String> created = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      created.add(clients.get(i).create(ApiClient.UNCLEAR_CSV));
    }
    return created;
  }

  @AfterAll
  static void stop() throws Exception {
    stack.close();
    network.close();
    server.close();
    System.out.println(String.join("\n", TABLE));
  }

  @ParameterizedTest
  @EnumSource
  void theApiGoesOn(Outage outage) throws Exception {
    Stalls.repeatIfStalled(() -> {
      boolean judged = false;
      for (int round = 1; !judged; round++) {
        judged = goOn(outage, round == MOST_ROUNDS);
      }
    });
  }

  /**
   * False when the machine was too slow before the outage to tell what the outage does: then only
   * the last round is judged.
   */
  private static boolean goOn(Outage outage, boolean last) throws Exception {
    await().until(RedisOutageTest::allOpen);
    try (ApiLoad load = new ApiLoad(clients, flows, commanded).start(REQUESTS_A_SECOND);
        ConnectionCount connections = ConnectionCount.start(stack.database)) {
      pause(HEALTHY);
      long begun = System.nanoTime();
      long loadsBegun = loads();
      outage.begin();
      Duration closed;
      long ended;
      long loadsEnded;
      try {
        closed = awaitMode("fallback", begun);
        load.burst(2);
        pause(OUTAGE.minusNanos(System.nanoTime() - begun));
      } finally {
        ended = System.nanoTime();
        loadsEnded = loads();
        outage.end();
      }
      Duration reopened = awaitMode("redis", ended);
      long loadsReopened = loads();
      load.burst(2);
      pause(AFTERWARDS);
      long loadsAfter = loads();
      List<ApiLoad.Sample> all = load.finish(LAST_ANSWERS);
      List<ApiLoad.Sample> healthy = ApiLoad.between(all, 0, begun);
      List<ApiLoad.Sample> during = ApiLoad.between(all, begun, Long.MAX_VALUE);
      double before = ApiLoad.percentile(healthy, 0.99);
      double p99 = ApiLoad.percentile(during, 0.99);
      Map<Integer, Long> wrong = wrong(all);
      TABLE.add(
          String.format(
              Locale.ROOT,
              "| %s | %.0f ms | %.0f ms | %.0f ms | %.0f ms | %d | %d | %s | %.1f s | %.1f s | %d of"
                  + " %d | %.1f | %d |",
              outage.name().toLowerCase(Locale.ROOT).replace('_', ' '),
              before,
              ApiLoad.percentile(during, 0.5),
              p99,
              ApiLoad.percentile(during, 1),
              during.size(),
              during.stream().filter(sample -> sample.status() == 503).count(),
              wrong.isEmpty() ? "0" : wrong,
              closed.toMillis() / 1e3,
              reopened.toMillis() / 1e3,
              connections.most(),
              BULKHEAD,
              (loadsEnded - loadsBegun) * 1e9 / (ended - begun),
              loadsAfter - loadsReopened));
      System.out.println(TABLE.getLast());
      if (before > MOST_BEFORE_MILLIS && !last) {
        return false;
      }
      SoftAssertions softly = new SoftAssertions();
      softly.assertThat(p99).as("p99 in ms").isLessThan(500);
      softly.assertThat(wrong).as("answers that no outage excuses, by status").isEmpty();
      softly.assertThat(closed).as("gates closed after").isLessThan(Duration.ofSeconds(2));
      softly.assertThat(reopened).as("gates open after").isLessThan(Duration.ofSeconds(10));
      softly.assertThat(connections.looks()).as("looks at connections").isGreaterThan(100);
      softly.assertThat(connections.most()).as("connections").isLessThanOrEqualTo(BULKHEAD);
      // Each instance loads a state once per life of the near cache, however many ask for it.
      softly.assertThat(loadsAfter - loadsReopened).as("loads").isLessThan(2L * 2 * FLOWS);
      softly.assertAll();
      return true;
    }
  }

  /** Of all requests, those before the outage too; 0 is the status of none. */
  private static Map<Integer, Long> wrong(List<ApiLoad.Sample> samples) {
    return samples.stream()
        .filter(ApiLoad.Sample::wrong)
        .collect(
            Collectors.groupingBy(ApiLoad.Sample::status, TreeMap::new, Collectors.counting()));
  }

  private static Duration awaitMode(String mode, long since) {
    await()
        .atMost(Duration.ofSeconds(60)) // how long it may take is asserted where it is shown
        .pollInterval(Duration.ofMillis(20))
        .until(() -> everyMode(mode));
    return Duration.ofNanos(System.nanoTime() - since);
  }

  private static boolean allOpen() {
    return everyMode("redis");
  }

  private static boolean everyMode(String mode) {
    for (int instance = 1; instance <= 2; instance++) {
      ApiClient management =
          new ApiClient(
              stack.http, stack.json, stack.instance(instance).managementPort(), Map.of());
      for (JsonNode part : management.tree(management.get("/readyz")).get("parts")) {
        boolean feature = !part.get("name").asString().equals("postgres");
        if (feature && !part.get("mode").asString().equals(mode)) {
          return false;
        }
      }
    }
    return true;
  }

  private static long loads() {
    return stack.instance(1).cacheStatistics().loads().loads()
        + stack.instance(2).cacheStatistics().loads().loads();
  }

  /** Past the network, and past what the instances know of the server. */
  private static void tell(String command) {
    URI address = URI.create(server.url());
    try (Socket socket = new Socket(address.getHost(), address.getPort());
        BufferedReader answer = StreamReading.reader(socket.getInputStream())) {
      socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
      assertThat(answer.readLine()).isEqualTo("+OK");
    } catch (IOException e) {
      throw new UncheckedIOException("Redis was not told " + command, e);
    }
  }

  private static void pause(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }
}
