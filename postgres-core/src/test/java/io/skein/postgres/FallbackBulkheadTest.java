package io.skein.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reads that Redis does not answer, more than PostgreSQL may carry. */
class FallbackBulkheadTest {
  private static final int POOL = 10;
  private static final int PLACES = 6;
  private static final int CALLERS = 200;
  private static final String NAME = "fallback-test";
  private static final Class<FallbackBusyException> BUSY = FallbackBusyException.class;

  private final CountDownLatch letGo = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private Database database;
  private Database observer;

  @BeforeEach
  void open() {
    PostgresSettings settings =
        PostgresSettings.parse(TestServers.postgres().createDatabase().url()).withPoolSize(POOL);
    database = Database.open(settings, NAME);
    observer = Database.open(settings, "observer");
  }

  @AfterEach
  void close() {
    letGo.countDown();
    threads.close();
    database.close();
    observer.close();
  }

  @Test
  void threeFifthsOfThePoolServeTheFallbackAndTheRestIsForWrites() throws Exception {
    connectAll();
    List<Future<Duration>> callers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      callers.add(threads.submit(this::read));
    }
    await().until(() -> callers.stream().filter(Future::isDone).count() == CALLERS - PLACES);
    await().until(() -> connectionsInTransaction() == PLACES);
    assertThat(database.fallback().taken()).isEqualTo(PLACES);
    assertThat(database.fallback().refusals()).isEqualTo(CALLERS - PLACES);
    List<Future<Duration>> writers = new ArrayList<>();
    for (int i = 0; i < POOL - PLACES; i++) {
      writers.add(threads.submit(() -> database.inTransaction(this::hold)));
    }
    await()
        .until(
            () -> connectionsInTransaction() == POOL || writers.stream().anyMatch(Future::isDone));
    letGo.countDown();
    for (Future<Duration> writer : writers) {
      assertThat(writer.get()).isZero();
    }
    int answered = 0;
    for (Future<Duration> caller : callers) {
      try {
        assertThat(caller.get()).isNotNull();
        answered++;
      } catch (ExecutionException e) {
        assertThat(e).hasCauseInstanceOf(FallbackBusyException.class);
      }
    }
    assertThat(answered).isEqualTo(PLACES);
    await().until(() -> database.fallback().taken() == 0);
  }

  @Test
  void whoIsRefusedHasWaitedATenthOfASecond() {
    takeAll();
    long begun = System.nanoTime();
    assertThatThrownBy(() -> database.readAsFallback(handle -> "")).isInstanceOf(BUSY);
    assertThat(Duration.ofNanos(System.nanoTime() - begun))
        .isBetween(Duration.ofMillis(100), Duration.ofSeconds(2));
  }

  @Test
  void aDeliveryWaitsForItsTurn() throws Exception {
    takeAll();
    Future<Duration> delivery =
        threads.submit(() -> database.fallback().callInTurn(() -> Duration.ZERO));
    assertThatThrownBy(() -> database.readAsFallback(handle -> "")).isInstanceOf(BUSY);
    assertThat(delivery.isDone()).isFalse();
    letGo.countDown();
    assertThat(delivery.get()).isZero();
  }

  @Test
  void aPlaceIsFreeAgainAfterAFailure() {
    for (int i = 0; i <= PLACES; i++) {
      assertThatThrownBy(() -> database.readAsFallback(handle -> handle.execute("no sql")))
          .isNotInstanceOf(BUSY);
    }
    assertThat(database.fallback().taken()).isZero();
  }

  /** So that no caller waits for the server to start a process for it. */
  private void connectAll() throws Exception {
    CyclicBarrier allThere = new CyclicBarrier(POOL);
    List<Future<Integer>> borrowers = new ArrayList<>();
    for (int i = 0; i < POOL; i++) {
      borrowers.add(threads.submit(() -> database.read(handle -> allThere.await())));
    }
    for (Future<Integer> borrower : borrowers) {
      borrower.get();
    }
  }

  private void takeAll() {
    for (int i = 0; i < PLACES; i++) {
      threads.submit(this::read);
    }
    await().until(() -> connectionsInTransaction() == PLACES);
  }

  private Duration read() throws InterruptedException {
    return database.readAsFallback(handle -> {
      handle.begin();
      handle.execute("select 1");
      letGo.await();
      handle.rollback();
      return Duration.ZERO;
    });
  }

  private Duration hold(Transaction transaction) throws InterruptedException {
    transaction.handle().execute("select 1");
    letGo.await();
    return Duration.ZERO;
  }

  private int connectionsInTransaction() {
    return observer.read(handle ->
        handle
            .createQuery(
                """
                select count(*) from pg_stat_activity
                where datname = current_database() and application_name = :name
                  and state = 'idle in transaction'
                """)
            .bind("name", NAME)
            .mapTo(Integer.class)
            .one());
  }
}
