package io.skein.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.postgres.PostgresSettings;
import io.skein.redis.RedisSettings;
import io.skein.testing.RedisServer;
import io.skein.testing.ServerProcess;
import io.skein.testing.TestServers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Locks between processes: only one is inside, and one that was frozen writes no more. */
@Tag("long")
@Timeout(600)
class ProcessesTest {
  private static final int PROCESSES = 3;
  private static final int THREADS = 4;
  private static final int ROUNDS = Boolean.getBoolean("skein.test.full") ? 2_000 : 100;
  private static final Duration AMPLE = Duration.ofMinutes(1);
  private static final int ALL = PROCESSES * THREADS * ROUNDS;
  private static final int MOST_ATTEMPTS = 10;

  private final LockName name = new LockName("flow:" + UUID.randomUUID());
  private final List<LockingProcess> processes = new ArrayList<>();
  private RedisServer server;
  private Stores stores;

  @BeforeEach
  void open() throws Exception {
    server = TestServers.newRedis();
    stores = Stores.open(server.url());
    stores
        .database()
        .useTransaction(tx ->
            tx.handle()
                .execute(
                    """
                    create table ledger (
                      id uuid primary key, fence bigint not null default 0,
                      entries text not null default '')
                    """));
  }

  @AfterEach
  void close() {
    processes.forEach(LockingProcess::close);
    stores.close();
    server.close();
  }

  private LockingProcess start() throws Exception {
    PostgresSettings postgres = stores.postgres();
    RedisSettings redis = stores.redisSettings();
    LockingProcess process = LockingProcess.launch(postgres, redis, server.url());
    processes.add(process);
    return process;
  }

  /** The plain counter: a lost update shows that two were inside at once. */
  @Test
  void onlyOneOfThreeProcessesIsInside(@TempDir Path folder) throws Exception {
    startAll();
    for (int attempt = 1; !counted(folder); attempt++) {
      assertThat(attempt).as("attempts of a machine that is too slow").isLessThan(MOST_ATTEMPTS);
    }
  }

  /** False when one of them took Redis for away, as one does that got no processor. */
  private boolean counted(Path folder) throws Exception {
    Path counter = beginToCount(folder);
    boolean inTime = sawNoOutage();
    if (inTime) {
      assertThat(LockingProcess.readNumber(counter)).isEqualTo(ALL);
    }
    return inTime;
  }

  /** A call waits 250 ms for an answer; what is shorter than half a second is no outage. */
  @Test
  void onlyOneOfThreeProcessesIsInsideWhileRedisPauses(@TempDir Path folder) throws Exception {
    startAll();
    for (int attempt = 1; !countedWhileRedisPauses(folder); attempt++) {
      assertThat(attempt)
          .as("attempts of a machine that does not thaw in time")
          .isLessThan(MOST_ATTEMPTS);
    }
  }

  /** False when a pause was longer than it should have been, or somebody's outage. */
  private boolean countedWhileRedisPauses(Path folder) throws Exception {
    AtomicLong longest = new AtomicLong();
    Path counter;
    boolean inTime;
    try (ScheduledExecutorService pauses = Executors.newSingleThreadScheduledExecutor()) {
      counter = beginToCount(folder);
      var unused =
          pauses.scheduleWithFixedDelay(
              () -> longest.accumulateAndGet(pause(), Math::max), 0, 700, TimeUnit.MILLISECONDS);
      inTime = sawNoOutage();
    }
    assertThat(longest.get()).as("it did pause").isPositive();
    inTime &= longest.get() < Duration.ofMillis(450).toNanos();
    if (inTime) {
      assertThat(LockingProcess.readNumber(counter)).isEqualTo(ALL);
    }
    return inTime;
  }

  /** Returns how long it took. */
  private long pause() {
    long begin = System.nanoTime();
    server.freeze();
    LockSupport.parkNanos(Duration.ofMillis(300).toNanos());
    server.thaw();
    return System.nanoTime() - begin;
  }

  private void startAll() throws Exception {
    for (int i = 0; i < PROCESSES; i++) {
      var unused = start();
    }
    for (LockingProcess process : processes) {
      assertThat(process.answer()).isEqualTo("ready");
    }
  }

  private Path beginToCount(Path folder) throws Exception {
    Path counter = folder.resolve("counter");
    LockingProcess.writeNumber(counter, 0);
    for (LockingProcess process : processes) {
      process.say("count " + name + " " + counter + " " + THREADS + " " + ROUNDS);
    }
    return counter;
  }

  /** When all have counted: whether all did with Redis. */
  private boolean sawNoOutage() {
    List<String> answers = processes.stream().map(LockingProcess::answer).toList();
    assertThat(answers).isSubsetOf("counted", "counted over an outage");
    return !answers.contains("counted over an outage");
  }

  @Test
  void aHolderFrozenPastItsTimeToLiveWritesNoMoreWhenItWakes() throws Exception {
    UUID row = newRow();
    LockingProcess frozen = start();
    LockingProcess next = start();
    assertThat(frozen.answer()).isEqualTo("ready");
    assertThat(next.answer()).isEqualTo("ready");
    assertThat(frozen.ask("begin " + name + " " + row)).isEqualTo("fence 1");
    assertThat(frozen.ask("write " + row + " a")).isEqualTo("written");
    assertThat(next.ask("begin " + name + " " + row)).isEqualTo("busy");

    ServerProcess signals = new ServerProcess(frozen.pid());
    signals.freeze();
    await().atMost(AMPLE).until(() -> next.ask("begin " + name + " " + row).equals("fence 2"));
    assertThat(next.ask("write " + row + " b")).isEqualTo("written");
    signals.thaw();

    assertThat(frozen.ask("write " + row + " c")).isEqualTo("refused");
    await().atMost(AMPLE).until(() -> frozen.ask("held").startsWith("lost "));
    assertThat(next.ask("write " + row + " d")).isEqualTo("written");
    assertThat(entries()).isEqualTo(" a b d");
  }

  /** Redis then grants the lock before its holder renews it there. */
  @Test
  void ofTwoHoldersAfterAFlushTheEarlierWritesNoMore() throws Exception {
    UUID row = newRow();
    LockingProcess first = start();
    LockingProcess next = start();
    assertThat(first.answer()).isEqualTo("ready");
    assertThat(next.answer()).isEqualTo("ready");
    assertThat(first.ask("begin " + name + " " + row)).isEqualTo("fence 1");
    await()
        .atMost(AMPLE)
        .until(() -> {
          server.flush();
          return next.ask("begin " + name + " " + row).equals("fence 2");
        });
    assertThat(first.ask("write " + row + " a")).isEqualTo("refused");
    assertThat(next.ask("write " + row + " b")).isEqualTo("written");
    await().atMost(AMPLE).until(() -> first.ask("held").equals("lost REFUSED"));
    assertThat(next.ask("held")).isEqualTo("held");
    assertThat(entries()).isEqualTo(" b");
  }

  private UUID newRow() {
    UUID row = UUID.randomUUID();
    stores
        .database()
        .useTransaction(tx -> tx.handle().execute("insert into ledger (id) values (?)", row));
    return row;
  }

  private String entries() {
    return stores
        .database()
        .read(handle -> handle.select("select entries from ledger").mapTo(String.class).one());
  }
}
