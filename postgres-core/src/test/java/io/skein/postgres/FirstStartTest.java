package io.skein.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skein.testing.TestServers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.flywaydb.core.api.FlywayException;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Instances that meet at a database in which there is nothing yet. */
class FirstStartTest {
  private static final int INSTANCES = 6;

  private final PostgresSettings settings =
      PostgresSettings.parse(TestServers.postgres().createDatabase().url());

  @RepeatedTest(5)
  void allStartAtOnce() throws Exception {
    CyclicBarrier together = new CyclicBarrier(INSTANCES);
    List<Future<?>> starts = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < INSTANCES; i++) {
        starts.add(
            threads.submit(() -> {
              together.await();
              Migrations.migrateWhenReachable(settings, List.of("postgres-core"));
              return null;
            }));
      }
      for (Future<?> start : starts) {
        assertThat(start.get(1, TimeUnit.MINUTES)).isNull();
      }
    }
  }

  @Test
  void whoComesDuringAMigrationWaitsForItsEnd() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> later;
      try (MigrationLock migration = MigrationLock.take(settings)) {
        later = threads.submit(() -> Migrations.migrate(settings, List.of("postgres-core")));
        assertThatThrownBy(() -> later.get(2, TimeUnit.SECONDS))
            .isInstanceOf(TimeoutException.class);
      }
      assertThat(later.get(1, TimeUnit.MINUTES)).isNull();
    }
  }

  @Test
  void whoWaitsCanBeInterrupted() throws Exception {
    try (MigrationLock migration = MigrationLock.take(settings);
        // An interrupt closes the socket that a virtual thread reads: that is another failure.
        ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Future<?> waiting =
          threads.submit(() -> Migrations.migrate(settings, List.of("postgres-core")));
      assertThatThrownBy(() -> waiting.get(1, TimeUnit.SECONDS))
          .isInstanceOf(TimeoutException.class);
      threads.shutdownNow();
      assertThatThrownBy(() -> waiting.get(1, TimeUnit.MINUTES))
          .hasCauseInstanceOf(FlywayException.class)
          .hasMessageContaining("interrupted while another instance migrates");
    }
  }
}
