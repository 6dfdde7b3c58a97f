package io.skein.locks;

import static org.awaitility.Awaitility.await;

import io.skein.postgres.Database;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.RedisConnections;
import io.skein.redis.RedisHealth;
import io.skein.redis.RedisSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A process of its own that does with locks what it is told: each line an order, each answer a
 * line. Ends with its input.
 */
final class LockingProcess implements AutoCloseable {
  private static final String ANSWER = "> ";
  private static final GuardedRows LEDGER = new GuardedRows("ledger", "id");

  private final Process process;
  private final BufferedReader answers;

  private LockingProcess(Process process) {
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
  }

  static LockingProcess launch(PostgresSettings postgres, RedisSettings redis, String url)
      throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            LockingProcess.class.getName(),
            postgres.jdbcUrl(),
            postgres.user(),
            postgres.password(),
            url,
            redis.keyPrefix());
    return new LockingProcess(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  long pid() {
    return process.pid();
  }

  void say(String order) {
    try {
      process.outputWriter(StandardCharsets.UTF_8).append(order).append('\n').flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String answer() {
    try {
      String line = answers.readLine();
      while (line != null && !line.startsWith(ANSWER)) {
        line = answers.readLine(); // its log
      }
      if (line == null) {
        throw new IllegalStateException("the process has ended; its output is above");
      }
      return line.substring(ANSWER.length());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String ask(String order) {
    say(order);
    return answer();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** Arguments: database, user, password, Redis, key prefix. */
  public static void main(String[] args) throws Exception {
    PostgresSettings postgres = new PostgresSettings(args[0], args[0], args[1], args[2], 8);
    RedisSettings redis = RedisSettings.of(args[3]).withKeyPrefix(args[4]);
    try (Database database = Database.open(postgres, "locking");
        RedisConnections connections = RedisConnections.open(redis, "locking");
        Locks locks = new Locks(connections, database, Duration.ofMinutes(1))) {
      Orders orders = new Orders(locks, database, connections.health());
      orders.awaitRedis();
      print("ready");
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = line.split(" ");
        print(
            switch (words[0]) {
              case "count" ->
                  orders.count(
                      new LockName(words[1]),
                      Path.of(words[2]),
                      Integer.parseInt(words[3]),
                      Integer.parseInt(words[4]));
              case "begin" -> orders.begin(new LockName(words[1]), UUID.fromString(words[2]));
              case "write" -> orders.write(UUID.fromString(words[1]), words[2]);
              case "held" -> orders.held();
              default -> throw new IllegalArgumentException(line);
            });
      }
    }
    Runtime.getRuntime().halt(0);
  }

  static int readNumber(Path counter) throws IOException {
    return Integer.parseInt(Files.readString(counter));
  }

  /** Over what is there, so that who reads at the same time finds a number too. */
  static void writeNumber(Path counter, int number) throws IOException {
    Files.writeString(
        counter, "%08d".formatted(number), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  private static void print(String line) {
    System.out.println(ANSWER + line);
    System.out.flush();
  }

  /** What it can be told. */
  private static final class Orders {
    private final Locks locks;
    private final Database database;
    private final RedisHealth redis;
    private final AtomicBoolean outage = new AtomicBoolean();
    private final AtomicReference<String> lost = new AtomicReference<>("not lost");
    private Optional<Lease> lease = Optional.empty();
    private Optional<Fence> fence = Optional.empty();

    Orders(Locks locks, Database database, RedisHealth redis) {
      this.locks = locks;
      this.database = database;
      this.redis = redis;
      redis.onChange(available -> outage.set(true));
    }

    void awaitRedis() {
      await().atMost(Duration.ofMinutes(1)).until(redis::available);
    }

    /**
     * Increments a number in a file so many times, with nothing but the lock between the readers;
     * says whether this process took Redis for away meanwhile.
     */
    String count(LockName name, Path file, int threads, int rounds) throws Exception {
      awaitRedis();
      outage.set(false);
      try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
        List<Future<?>> all = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
          all.add(
              executor.submit(() -> {
                for (int round = 0; round < rounds; round++) {
                  LockRequest request = LockRequest.of(name, "counting", Duration.ofSeconds(10));
                  try (Lease held = locks.acquire(request, Duration.ofMinutes(2)).orElseThrow()) {
                    int read = readNumber(file);
                    Thread.yield();
                    writeNumber(file, read + (held.held() ? 1 : 0));
                  }
                }
                return null;
              }));
        }
        for (Future<?> one : all) {
          one.get();
        }
      }
      return outage.get() ? "counted over an outage" : "counted";
    }

    String begin(LockName name, UUID row) {
      LockRequest request =
          LockRequest.of(name, "guarding", Duration.ofSeconds(5))
              .withOnLost((ended, reason) -> lost.set("lost " + reason));
      lease = locks.tryAcquire(request);
      fence =
          lease.flatMap(
              held -> database.inTransaction(transaction -> LEDGER.issue(transaction, row)));
      return fence.map(issued -> "fence " + issued.value()).orElse("busy");
    }

    String write(UUID row, String entry) {
      return database.inTransaction(transaction -> {
        if (!LEDGER.demand(transaction, row, fence.orElseThrow())) {
          return "refused";
        }
        transaction
            .handle()
            .execute("update ledger set entries = entries || ' ' || ? where id = ?", entry, row);
        return "written";
      });
    }

    String held() {
      return lease.orElseThrow().held() ? "held" : String.valueOf(lost.get());
    }
  }
}
