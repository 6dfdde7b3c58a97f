package io.skein.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.postgres.Database;
import io.skein.postgres.Leadership;
import io.skein.postgres.Migrations;
import io.skein.postgres.PostgresSettings;
import io.skein.testing.PostgresServer;
import io.skein.testing.Stalls;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("long")
class CandidacyTest {
  private static final Duration LEASE = Duration.ofMillis(1_500);

  /** Which to a frozen server takes 65 s. */
  private static final Duration LESS_THAN_A_HUNG_CALL = Duration.ofSeconds(30);

  private String duty = "duty-" + UUID.randomUUID();
  private PostgresServer server;
  private Database database;

  @BeforeEach
  void open() {
    server = TestServers.newPostgres();
    PostgresSettings settings = PostgresSettings.parse(server.createDatabase().url());
    Migrations.migrate(settings, List.of("postgres-core"));
    database = Database.open(settings.withPoolSize(4), "candidates");
  }

  @AfterEach
  void close() {
    database.close();
    server.close();
  }

  private Leadership leadership(String instance) {
    return new Leadership(database, duty, instance, LEASE);
  }

  /** Each round with a duty of its own. */
  private void repeatIfStalled(Stalls.Round<RuntimeException> round) {
    Stalls.repeatIfStalled(() -> {
      duty = "duty-" + UUID.randomUUID();
      round.run();
    });
  }

  /** Writes down what it hears. */
  private static final class Diary implements LeaderListener {
    private final List<String> entries = new CopyOnWriteArrayList<>();

    @Override
    public void elected(long term) {
      entries.add("elected " + term);
    }

    @Override
    public void lost(long term) {
      entries.add("lost " + term);
    }
  }

  @Test
  void oneLeadsAndTheNextFollowsWhenItResigns() {
    repeatIfStalled(this::leadOneAfterTheOther);
  }

  private void leadOneAfterTheOther() {
    Diary ann = new Diary();
    Diary bob = new Diary();
    try (Candidacy first = Candidacy.stand(leadership("ann"), ann)) {
      await().until(() -> first.term().isPresent());
      try (Candidacy second = Candidacy.stand(leadership("bob"), bob)) {
        await().during(LEASE).until(() -> second.term().isEmpty() && first.term().isPresent());
        first.close();
        await().atMost(LEASE).until(() -> second.term().isPresent());
        assertThat(second.term()).hasValue(2);
        assertThat(first.term()).isEmpty();
      }
    }
    assertThat(ann.entries).containsExactly("elected 1", "lost 1");
    assertThat(bob.entries).containsExactly("elected 2", "lost 2");
  }

  @Test
  void whoIsClosedTwiceDoesNotResignForTheNextOneOfItsName() {
    repeatIfStalled(this::closeTwice);
  }

  private void closeTwice() {
    Candidacy closed = Candidacy.stand(leadership("ann"), new Diary());
    closed.close();
    try (Candidacy next = Candidacy.stand(leadership("ann"), new Diary())) {
      await().until(() -> next.term().isPresent());
      closed.close();
      assertThat(leadership("bob").lead()).isEmpty();
    }
  }

  @Test
  void aLeaderThatCannotReachTheDatabaseCeasesWhenItsLeaseEnds() {
    repeatIfStalled(this::leadWhileTheServerIsFrozen);
  }

  private void leadWhileTheServerIsFrozen() {
    Diary diary = new Diary();
    try (Candidacy candidacy = Candidacy.stand(leadership("ann"), diary)) {
      await().until(() -> candidacy.term().isPresent());
      server.freeze();
      try {
        await().atMost(LESS_THAN_A_HUNG_CALL).until(() -> diary.entries.contains("lost 1"));
        assertThat(candidacy.term()).isEmpty();
      } finally {
        server.thaw();
      }
      await().atMost(Duration.ofSeconds(20)).until(() -> candidacy.term().isPresent());
      assertThat(candidacy.term().orElseThrow()).as("a later term").isGreaterThan(1);
    }
    assertThat(diary.entries).hasSize(4).startsWith("elected 1", "lost 1");
  }

  /** In the database the lease lasts a little longer, as it was counted from later. */
  @Test
  void whoLeadsAgainAfterItsLeaseEndedLeadsInAnotherTerm() {
    Duration hour = Duration.ofHours(1);
    AtomicLong clock = new AtomicLong();
    Diary diary = new Diary();
    try (Candidacy ann =
            new Candidacy(new Leadership(database, duty, "ann", hour), hour, diary, clock::get);
        Candidacy bob =
            new Candidacy(
                new Leadership(database, duty, "bob", hour), hour, new Diary(), clock::get)) {
      ann.ask();
      assertThat(ann.term()).hasValue(1);
      clock.addAndGet(hour.toNanos());
      ann.end();
      bob.ask();
      assertThat(bob.term()).as("while the database knows of a leader").isEmpty();
      ann.ask();
      assertThat(ann.term()).hasValue(2);
      bob.ask();
      assertThat(bob.term()).isEmpty();
    }
    assertThat(diary.entries).containsExactly("elected 1", "lost 1", "elected 2", "lost 2");
  }

  /** The answer is late: it renews a term that has ended here while it was under way. */
  @Test
  void aRenewalThatArrivesAfterTheEndOfTheLeaseRenewsNothing() throws Exception {
    Duration hour = Duration.ofHours(1);
    AtomicLong clock = new AtomicLong();
    Diary diary = new Diary();
    try (Candidacy ann =
            new Candidacy(new Leadership(database, duty, "ann", hour), hour, diary, clock::get);
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      ann.ask();
      clock.addAndGet(hour.toNanos() / 3);
      Future<?> asking =
          database.inTransaction(transaction -> {
            transaction.handle().execute("select from leaderships for update");
            Future<?> waiting = executor.submit(ann::ask);
            await().until(this::somebodyWaitsForARow);
            clock.addAndGet(hour.toNanos() * 2 / 3);
            ann.end();
            return waiting;
          });
      asking.get();
      assertThat(ann.term()).hasValue(2);
    }
    assertThat(diary.entries).containsExactly("elected 1", "lost 1", "elected 2", "lost 2");
  }

  private boolean somebodyWaitsForARow() {
    return database.read(handle ->
        handle
            .select("select exists (select from pg_locks where not granted)")
            .mapTo(Boolean.class)
            .one());
  }

  @Test
  void whoWasOvertakenCannotWriteInItsTerm() {
    Leadership ann = leadership("ann");
    long term = ann.lead().orElseThrow();
    assertThat(database.<Boolean, RuntimeException>inTransaction(tx -> ann.holds(tx, term)))
        .isTrue();
    ann.resign();
    long next = leadership("bob").lead().orElseThrow();
    assertThat(next).isEqualTo(term + 1);
    assertThat(database.<Boolean, RuntimeException>inTransaction(tx -> ann.holds(tx, term)))
        .isFalse();
    assertThat(database.<Boolean, RuntimeException>inTransaction(tx -> ann.holds(tx, next)))
        .isTrue();
  }
}
