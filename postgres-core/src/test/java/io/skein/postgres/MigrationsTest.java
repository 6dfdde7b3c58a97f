package io.skein.postgres;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.api.FlywayException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Beginnings at a server that takes connections and says nothing, as a frozen one does. */
class MigrationsTest {
  private static final Duration LOGIN = Duration.ofSeconds(5);

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Socket> met = new CopyOnWriteArrayList<>();
  private ServerSocket frozen;
  private PostgresSettings settings;

  @BeforeEach
  void freeze() throws IOException {
    frozen = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    settings =
        PostgresSettings.parse("postgresql://skein@127.0.0.1:" + frozen.getLocalPort() + "/skein");
    threads.submit(() -> {
      while (true) {
        Socket client = frozen.accept();
        met.add(client);
        client.getOutputStream().write('N'); // no TLS, and nothing after that
      }
    });
  }

  @AfterEach
  void end() throws IOException {
    frozen.close();
    for (Socket client : met) {
      client.close();
    }
    threads.shutdownNow();
  }

  @Test
  void whoWaitsForTheServerAsksAgain() {
    threads.submit(() -> {
      Migrations.migrateWhenReachable(settings, List.of("postgres-core"));
      return true;
    });
    await().atMost(LOGIN.multipliedBy(3)).until(() -> met.size() >= 2);
  }

  @Test
  void whoDoesNotWaitIsToldSo() {
    Future<?> migration =
        threads.submit(() -> Migrations.migrate(settings, List.of("postgres-core")));
    assertThatThrownBy(() -> migration.get(LOGIN.toSeconds() * 5, TimeUnit.SECONDS))
        .hasCauseInstanceOf(FlywayException.class);
  }
}
