package io.skein.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.skein.testing.FreePort;
import io.skein.testing.TestServers;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One connection that is kept, and another one after whatever ended it. */
final class OwnConnectionTest {
  private static Database database;
  private OwnConnection connection;

  @BeforeAll
  static void open() {
    database =
        Database.open(
            PostgresSettings.parse(TestServers.postgres().createDatabase().url()),
            "own-connection");
  }

  @AfterAll
  static void close() {
    database.close();
  }

  @BeforeEach
  void make() {
    connection = database.ownConnection();
  }

  @AfterEach
  void giveUp() {
    connection.close();
  }

  @Test
  void opensAtItsFirstUse() {
    String nowhere = "postgresql://nobody:none@127.0.0.1:" + FreePort.find() + "/nothing";
    try (Database away = Database.open(PostgresSettings.parse(nowhere), "own-connection-away");
        OwnConnection unreachable = away.ownConnection()) {
      assertThatThrownBy(() -> unreachable.read(OwnConnectionTest::backend))
          .isInstanceOf(ConnectionException.class);
    }
  }

  @Test
  void staysTheSameFromUseToUse() {
    int first = connection.read(OwnConnectionTest::backend);
    assertThat(connection.read(OwnConnectionTest::backend)).isEqualTo(first);
  }

  @Test
  void understandsWhatTheOnesOfThePoolDo() {
    UUID id = UUID.randomUUID();
    UUID read =
        connection.read(handle ->
            handle
                .createQuery("select (cast(:ids as uuid[]))[1]")
                .bindArray("ids", UUID.class, List.of(id))
                .mapTo(UUID.class)
                .one());
    assertThat(read).isEqualTo(id);
  }

  @Test
  void oneThatWasCutFailsOnceAndIsReplaced() {
    int cut = connection.read(OwnConnectionTest::backend);
    cut(cut);
    assertThatThrownBy(() -> connection.read(OwnConnectionTest::backend))
        .isInstanceOf(JdbiException.class);
    assertThat(connection.read(OwnConnectionTest::backend)).isNotEqualTo(cut);
  }

  /** Nobody knows what work that failed has left behind: a setting, a lock, half an answer. */
  @Test
  void isGivenUpWhenTheWorkThrows() {
    int first = connection.read(OwnConnectionTest::backend);
    IllegalStateException failure = new IllegalStateException("not the server's fault");
    assertThatThrownBy(() ->
            connection.read(handle -> {
              throw failure;
            }))
        .isSameAs(failure);
    awaitGone(first);
    assertThat(connection.read(OwnConnectionTest::backend)).isNotEqualTo(first);
  }

  @Test
  void closedWhileItIsUsedItEndsThatUseAndNoLater() {
    int first = connection.read(OwnConnectionTest::backend);
    assertThatThrownBy(() ->
            connection.read(handle -> {
              connection.close();
              return backend(handle);
            }))
        .isInstanceOf(JdbiException.class);
    awaitGone(first);
    assertThat(connection.read(OwnConnectionTest::backend)).isNotEqualTo(first);
  }

  @Test
  void closedTwiceOrAfterACutItIsClosed() {
    int first = connection.read(OwnConnectionTest::backend);
    cut(first);
    connection.close();
    connection.close();
    int second = connection.read(OwnConnectionTest::backend);
    connection.close();
    awaitGone(second);
  }

  private static int backend(Handle handle) {
    return handle.createQuery("select pg_backend_pid()").mapTo(Integer.class).one();
  }

  private static void cut(int backend) {
    database.useTransaction(
        tx -> tx.handle().execute("select pg_terminate_backend(?, 5000)", backend));
  }

  private static void awaitGone(int backend) {
    await().untilAsserted(() -> assertThat(backends()).doesNotContain(backend));
  }

  private static List<Integer> backends() {
    return database.read(handle ->
        handle
            .createQuery("select pid from pg_stat_activity where datname = current_database()")
            .mapTo(Integer.class)
            .list());
  }
}
