package io.skein.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skein.events.AppendRefusedException.Reason;
import io.skein.postgres.Database;
import io.skein.postgres.Identifiers;
import io.skein.postgres.Migrations;
import io.skein.postgres.PostgresSettings;
import io.skein.postgres.Transaction;
import io.skein.testing.TestServers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What PostgreSQL promises about a stream, by Java and by plain SQL. */
class JournalTest {
  private static PostgresSettings settings;
  private static Database database;

  @BeforeAll
  static void open() {
    settings = PostgresSettings.parse(TestServers.postgres().createDatabase().url());
    Migrations.migrate(settings, List.of("postgres-core", "event-bus"));
    database = Database.open(settings, "journal-test");
  }

  @AfterAll
  static void close() {
    database.close();
  }

  @Test
  void numbersEventsFromOneAndRaisesTheVersionWithThoseThatChangeTheState() {
    Journal journal = Journal.withoutRelay(database);
    StreamId stream = openStream(journal);
    NewEvent quiet = NewEvent.of("noted").withPayload("{\"b\": 1,\n \"a\":\"\\u0000ü\"}");
    NewEvent change = NewEvent.of("changed").withPhase("p").withCorrelationId("c").changingState();

    Appended first = append(journal, stream, quiet, change, quiet);
    Appended second = append(journal, stream, quiet);
    Appended third = append(journal, stream, quiet, change);

    assertThat(List.of(first.first(), first.last())).containsExactly(seq(1), seq(3));
    assertThat(first.stateVersion()).isEqualTo(2);
    assertThat(second.stateVersion()).isEqualTo(2);
    assertThat(third.stateVersion()).isEqualTo(6);
    List<StoredEvent> events = journal.read(stream, Sequence.START, 100);
    assertThat(events)
        .extracting(StoredEvent::stateVersion)
        .containsExactly(0L, 2L, 2L, 2L, 2L, 6L);
    assertThat(events).extracting(StoredEvent::seq).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    assertThat(events.getFirst().payloadJson()).isEqualTo(quiet.payloadJson());
    assertThat(events.get(1).phase()).isEqualTo("p");
    assertThat(journal.position(stream)).hasValue(new Position(first.epoch(), seq(6), 6, false));
  }

  @Test
  void aPageOfLargeEventsIsShortAndAllPagesTogetherAreWhole() {
    Journal journal = Journal.withoutRelay(database);
    StreamId stream = openStream(journal);
    NewEvent large = NewEvent.of("large").withPayload("{\"a\":\"" + "x".repeat(900_000) + "\"}");
    for (int i = 0; i < 12; i++) {
      append(journal, stream, large);
    }
    List<Long> read = new ArrayList<>();
    List<StoredEvent> page = journal.read(stream, Sequence.START, 500);
    while (!page.isEmpty()) {
      assertThat(page).hasSizeLessThanOrEqualTo(5);
      page.forEach(event -> read.add(event.seq()));
      page = journal.read(stream, page.getLast().sequence(), 500);
    }
    assertThat(read).containsExactlyElementsOf(LongStream.rangeClosed(1, 12).boxed().toList());
  }

  @Test
  void handsOverExactlyWhatItStored() {
    List<CommittedBatch> handedOver = new ArrayList<>();
    Journal journal = new Journal(database, handedOver::add);
    StreamId stream = openStream(journal);
    NewEvent quiet = NewEvent.of("noted");
    database.useTransaction(tx -> {
      journal.append(tx, stream, List.of(quiet, quiet.changingState(), quiet));
      journal.append(tx, stream, List.of(quiet, quiet.changingState()));
      journal.close(tx, stream);
      assertThat(handedOver).isEmpty();
    });

    List<StoredEvent> told = handedOver.stream().flatMap(batch -> batch.events().stream()).toList();
    assertThat(told).isEqualTo(journal.read(stream, Sequence.START, 100));
    assertThat(handedOver.getLast().position()).isEqualTo(journal.position(stream).orElseThrow());
    assertThat(handedOver.getLast().position().closed()).isTrue();
  }

  @Test
  void fourWritersAndTheirRollbacksLeaveNoGapAndCommitInOrder() throws Exception {
    ConcurrentLinkedQueue<CommittedBatch> handedOver = new ConcurrentLinkedQueue<>();
    Journal journal = new Journal(database, handedOver::add);
    StreamId stream = openStream(journal);
    List<Thread> writers =
        IntStream.range(0, 4)
            .mapToObj(writer -> Thread.ofVirtual().start(() -> write(journal, stream, writer)))
            .toList();
    for (Thread writer : writers) {
      writer.join();
    }

    List<StoredEvent> events = journal.read(stream, Sequence.START, 10_000);
    assertThat(events)
        .extracting(StoredEvent::seq)
        .isEqualTo(LongStream.rangeClosed(1, 1200).boxed().toList());
    assertThat(events).extracting(StoredEvent::type).doesNotContain("rolled_back");
    assertThat(handedOver).hasSize(400);
    for (int writer = 0; writer < 4; writer++) {
      String type = "w" + writer;
      List<String> own =
          events.stream().filter(e -> e.type().equals(type)).map(StoredEvent::payloadJson).toList();
      assertThat(own)
          .isEqualTo(IntStream.range(0, 300).mapToObj(i -> "{\"n\":" + i + "}").toList());
    }
  }

  private static void write(Journal journal, StreamId stream, int writer) {
    for (int round = 0; round < 100; round++) {
      List<NewEvent> batch = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        batch.add(NewEvent.of("w" + writer).withPayload("{\"n\":" + (round * 3 + i) + "}"));
      }
      append(journal, stream, batch.toArray(NewEvent[]::new));
      if (round % 5 == 0) {
        rollBack(journal, stream);
      }
    }
  }

  private static void rollBack(Journal journal, StreamId stream) {
    assertThatThrownBy(() ->
            database.useTransaction(tx -> {
              journal.append(tx, stream, List.of(NewEvent.of("rolled_back")));
              throw new IllegalStateException("on purpose");
            }))
        .hasMessage("on purpose");
  }

  @Test
  void refusesUnknownAndClosedStreamsAndWhatIsNoEvent() {
    Journal journal = Journal.withoutRelay(database);
    StreamId stream = openStream(journal);
    append(journal, stream, NewEvent.of("only"));

    assertRefused(
        Reason.UNKNOWN_STREAM,
        () -> append(journal, new StreamId(Identifiers.next()), NewEvent.of("x")));
    for (String payload :
        List.of("", "{", "[1]", "null", "{\"a\":\"" + "x".repeat(1 << 20) + "\"}", "{\"\0\":1}")) {
      assertRefused(
          Reason.BAD_EVENT, () -> append(journal, stream, NewEvent.of("x").withPayload(payload)));
    }
    database.useTransaction(tx -> journal.close(tx, stream));
    database.useTransaction(tx -> journal.close(tx, stream));
    assertRefused(Reason.CLOSED_STREAM, () -> append(journal, stream, NewEvent.of("x")));
    assertThat(journal.position(stream).orElseThrow().last()).isEqualTo(seq(1));
  }

  private static void assertRefused(Reason reason, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            AppendRefusedException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @Test
  void plainSqlAppendsOneEventAndIsLimitedInTime() throws SQLException {
    Journal journal = Journal.withoutRelay(database);
    StreamId stream = openStream(journal);
    try (Connection connection = foreignConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("set transaction_timeout = 0");
      connection.commit();
      try (var row =
          statement.executeQuery(
              "select * from skein_append('" + stream + "', 'enriched', '{\"asset\":\"db-7\"}')")) {
        assertThat(row.next()).isTrue();
        assertThat(row.getLong("epoch"))
            .isEqualTo(journal.position(stream).orElseThrow().epoch().millis());
        assertThat(row.getLong("seq")).isEqualTo(1);
      }
      assertThat(setting(statement)).isEqualTo("1min");
      connection.commit();
      assertThat(setting(statement)).isEqualTo("0");
      assertThatThrownBy(() ->
              statement.execute(
                  "select skein_append('" + new StreamId(Identifiers.next()) + "', 'x')"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("SK001"))
          .hasMessageContaining("open it before appending");
      connection.rollback();
    }
    assertThat(journal.read(stream, Sequence.START, 10))
        .extracting(StoredEvent::type, StoredEvent::source)
        .containsExactly(org.assertj.core.groups.Tuple.tuple("enriched", "sql"));
  }

  @Test
  void theExampleOfThePageForServicesInOtherLanguagesAppends() throws Exception {
    String page = Files.readString(Path.of("..", "docs", "sql.md"));
    Matcher example =
        Pattern.compile("```sql\\n(select .*?'([0-9a-f-]{36})'.*?);\\n```")
            .matcher(page.substring(page.indexOf("## Events")));
    assertThat(example.find()).isTrue();
    Journal journal = Journal.withoutRelay(database);
    StreamId stream = new StreamId(UUID.fromString(example.group(2)));
    database.useTransaction(tx -> {
      journal.open(tx, stream, "demo");
      tx.handle().execute(example.group(1));
    });
    assertThat(journal.read(stream, Sequence.START, 10))
        .extracting(StoredEvent::type, StoredEvent::source)
        .containsExactly(org.assertj.core.groups.Tuple.tuple("asset_enriched", "enricher"));
  }

  @Test
  void theEpochIsRenewedByHandAndWhenTheServerIsAnotherOne() {
    Journal journal = Journal.withoutRelay(database);
    StreamId stream = openStream(journal);
    Epoch first = journal.position(stream).orElseThrow().epoch();

    assertThat(journal.confirmEpoch()).isEqualTo(first);
    database.useTransaction(
        tx -> tx.handle().createQuery("select skein_renew_epoch()").mapTo(Long.class).one());
    Epoch second = journal.position(stream).orElseThrow().epoch();
    assertThat(second).isGreaterThan(first);
    database.useTransaction(tx -> tx.handle().execute("update epochs set server = 'another'"));
    Epoch third = journal.confirmEpoch();
    assertThat(third).isGreaterThan(second);
    assertThat(journal.confirmEpoch()).isEqualTo(third);
    assertThat(append(journal, stream, NewEvent.of("x")).epoch()).isEqualTo(third);
  }

  @Test
  void acceptsACallersOwnTransaction() throws SQLException {
    List<CommittedBatch> handedOver = new ArrayList<>();
    Journal journal = new Journal(database, handedOver::add);
    StreamId stream = openStream(journal);
    try (Connection connection = foreignConnection()) {
      connection.setAutoCommit(false);
      Transaction transaction = Transaction.on(connection);
      journal.append(transaction, stream, List.of(NewEvent.of("x")));
      connection.commit();
      assertThat(handedOver).isEmpty();
      transaction.committed();
    }
    assertThat(handedOver).hasSize(1);
  }

  /** Of somebody who has settings of his own, so a session of his own. */
  private static Connection foreignConnection() throws SQLException {
    return DriverManager.getConnection(
        settings.directJdbcUrl(), settings.user(), settings.password());
  }

  private static String setting(Statement statement) throws SQLException {
    try (var row = statement.executeQuery("show transaction_timeout")) {
      row.next();
      return row.getString(1);
    }
  }

  private static StreamId openStream(Journal journal) {
    StreamId stream = new StreamId(Identifiers.next());
    database.useTransaction(tx -> journal.open(tx, stream, "demo"));
    return stream;
  }

  private static Appended append(Journal journal, StreamId stream, NewEvent... events) {
    return database.inTransaction(tx -> journal.append(tx, stream, List.of(events)));
  }

  private static Sequence seq(long value) {
    return new Sequence(value);
  }
}
