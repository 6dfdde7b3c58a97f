package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What every worker asks all the time reads no task with which there is nothing to do. */
final class UpkeepCostTest {
  private static final int MANY = 3_000;
  private static final long FEW = 100;
  private static Servers servers;

  @BeforeAll
  static void fill() {
    servers = Servers.fresh();
    enqueue("delay => '1 hour'");
    enqueue("expires_at => skein_now() + interval '1 hour'");
    enqueue("unique_key => 'key-' || i, unique_period => '1 day'");
    servers.sql(
        "update tasks set state = 'succeeded', started_at = skein_now(), finished_at = skein_now()"
            + " where state = 'queued' and expires_at is null");
    servers.sql("analyze tasks, task_periods");
  }

  @AfterAll
  static void close() throws Exception {
    servers.close();
  }

  private static void enqueue(String options) {
    assertThat(
            servers.count(
                "select count(skein_enqueue('q', 'count', %s)) from generate_series(1, %d) i"
                    .formatted(options, MANY)))
        .isEqualTo(MANY);
  }

  @Test
  void promotingReadsWhatIsDue() {
    assertThat(
            RowsRead.by(servers, tx -> assertThat(DuePromoter.promoteSome(tx.handle())).isEmpty()))
        .isLessThan(FEW);
  }

  @Test
  void expiryReadsWhatIsLate() {
    Expiry expiry = new Expiry(servers.database, servers.queue.hints());
    assertThat(RowsRead.by(servers, tx -> assertThat(expiry.cancelSome(tx)).isZero()))
        .isLessThan(FEW);
  }

  @Test
  void retentionReadsWhatIsOver() {
    Retention retention = new Retention(servers.database, TaskRetention.DEFAULT);
    assertThat(RowsRead.by(servers, tx -> assertThat(retention.deleteBatch(tx.handle())).isZero()))
        .isLessThan(FEW);
    assertThat(
            RowsRead.by(servers, tx -> assertThat(Retention.deletePeriods(tx.handle())).isZero()))
        .isLessThan(FEW);
  }
}
