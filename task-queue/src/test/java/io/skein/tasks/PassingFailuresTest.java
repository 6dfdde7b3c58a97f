package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.skein.postgres.FallbackBulkhead;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which failures of PostgreSQL cost a task an attempt, asked of PostgreSQL. */
final class PassingFailuresTest {
  @RegisterExtension static final TestQueue queue = TestQueue.fresh();

  @ParameterizedTest
  @CsvSource({
    "08006, true",
    "25006, true",
    "40001, true",
    "40P01, true",
    "53300, true",
    "55P03, true",
    "57P01, true",
    "57P02, true",
    "57P03, true",
    "55006, true",
    "53100, true",
    "57014, false",
    "25P02, false",
    "25P03, false",
    "25P04, false",
    "53400, false",
    "55000, false",
    "23505, false",
    "22P02, false",
    "42P01, false",
    "P0001, false"
  })
  void theStateDecides(String state, boolean passing) {
    Throwable failure =
        catchThrowable(
            () -> queue.sql("do 'begin raise exception using errcode = ''" + state + "''; end'"));
    assertThat(PassingFailures.isPassing(failure)).isEqualTo(passing);
  }

  @Test
  void aTransactionThatGoesOnAfterAFailureIsJudgedByThat() {
    Throwable failure =
        catchThrowable(() ->
            queue
                .database()
                .useTransaction(tx -> {
                  var swallowed = catchThrowable(() -> tx.handle().execute("select 1 / 0"));
                  assertThat(swallowed).isNotNull();
                  tx.handle().execute("select 1");
                }));
    assertThat(PassingFailures.isPassing(failure)).isFalse();
  }

  @Test
  void aFallbackThatCarriesAllItMayIsPassing() {
    assertThat(PassingFailures.isPassing(busy(queue.database().fallback().places()))).isTrue();
  }

  /** Takes the places one in the other, and then asks for one more. */
  private static Throwable busy(int places) {
    FallbackBulkhead fallback = queue.database().fallback();
    return places == 0
        ? catchThrowable(() -> fallback.call(() -> true))
        : fallback.call(() -> busy(places - 1));
  }

  @Test
  void aPrimaryThatBecameAStandbyIsPassing() {
    Throwable failure =
        catchThrowable(() ->
            queue
                .database()
                .useTransaction(tx -> {
                  tx.handle().execute("set transaction read only");
                  queue.tasks().enqueue(tx, NewTask.of("q", "t", "{}"));
                }));
    assertThat(PassingFailures.isPassing(failure)).isTrue();
  }
}
