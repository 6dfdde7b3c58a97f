package io.skein.telemetry.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skein.postgres.Database;
import io.skein.postgres.PostgresSettings;
import io.skein.telemetry.series.KeptReads.Kept;
import io.skein.testing.TestServers;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jdbi.v3.core.ConnectionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class KeptReadsTest {
  private Database database;
  private KeptReads reads;

  @BeforeEach
  void open() {
    String url = TestServers.postgres().createDatabase().url();
    database = Database.open(PostgresSettings.parse(url).withPoolSize(5), "kept-reads");
    reads = new KeptReads(database.fallback());
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void aThirdQuestionAtOnceIsToldSoAfterAMoment() throws InterruptedException {
    CountDownLatch asked = new CountDownLatch(2);
    CountDownLatch answered = new CountDownLatch(1);
    Thread[] slow = new Thread[2];
    for (int i = 0; i < slow.length; i++) {
      slow[i] =
          Thread.ofVirtual()
              .start(() ->
                  reads.ask(() -> {
                    asked.countDown();
                    return waited(answered);
                  }));
    }
    asked.await();
    long begin = System.nanoTime();
    assertThat(reads.ask(() -> 3))
        .isInstanceOfSatisfying(
            Kept.Missing.class,
            missing -> assertThat(missing.reason()).contains("too many questions"));
    assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(100_000_000L);
    answered.countDown();
    for (Thread thread : slow) {
      thread.join();
    }
    assertThat(reads.ask(() -> 4)).isEqualTo(new Kept.Found<>(4));
  }

  @Test
  void aQuestionThatFailsIsToldSoAndFreesItsPlace() {
    for (int i = 0; i < 5; i++) {
      assertThat(
              reads.ask(() -> {
                throw new ConnectionException(new SQLException("no connection"));
              }))
          .isEqualTo(new Kept.Missing<>("PostgreSQL does not answer"));
    }
  }

  @Test
  void whatOtherFeaturesTakeInAnOutageIsNotThereForCharts() throws InterruptedException {
    CountDownLatch taken = new CountDownLatch(database.fallback().places());
    CountDownLatch letGo = new CountDownLatch(1);
    List<Thread> others = new ArrayList<>();
    for (int i = 0; i < database.fallback().places(); i++) {
      others.add(
          Thread.ofVirtual()
              .start(() ->
                  database
                      .fallback()
                      .call(() -> {
                        taken.countDown();
                        return waited(letGo);
                      })));
    }
    taken.await();
    assertThat(reads.ask(() -> 1)).isInstanceOf(Kept.Missing.class);
    letGo.countDown();
    for (Thread other : others) {
      other.join();
    }
    assertThat(reads.ask(() -> 1)).isEqualTo(new Kept.Found<>(1));
  }

  @Test
  void aFaultOfOursIsNotTakenForAnOutage() {
    assertThatThrownBy(() ->
            reads.ask(() -> {
              throw new IllegalArgumentException("ours");
            }))
        .hasMessage("ours");
  }

  private static boolean waited(CountDownLatch latch) {
    try {
      latch.await();
      return true;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
