package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What the log says of loops that fail for as long as PostgreSQL is away. */
final class RepeatedFailuresTest {
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger("io.skein.tasks");
  private long now;

  @BeforeEach
  void listen() {
    logger.setLevel(Level.INFO);
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void forget() {
    logger.detachAppender(log);
    logger.setLevel(null);
  }

  @Test
  void aLoopWritesOneTraceForAllItsFailuresAndALineWhenItIsWell() throws Exception {
    AtomicInteger rounds = new AtomicInteger();
    RunUntilStopped loop =
        new RunUntilStopped(
            "the claiming",
            () -> {
              if (rounds.incrementAndGet() <= 20) {
                throw new IllegalStateException("connection " + rounds + " refused");
              }
              Thread.sleep(1);
            },
            Duration.ofMillis(1));
    Thread thread = Thread.ofPlatform().start(loop);
    await().until(() -> rounds.get() > 21);
    thread.interrupt();
    thread.join();
    assertThat(traces()).hasSize(1);
    assertThat(lines())
        .containsExactly(
            "a loop failed; trying again loop=the claiming",
            "a loop is well again loop=the claiming failures=20");
  }

  @Test
  void aLineFromTimeToTimeSaysThatItGoesOn() {
    RepeatedFailures failures = new RepeatedFailures("the claiming", () -> now);
    for (int half = 0; half < 4 * 60; half++) {
      failures.failed(new IllegalStateException(new SQLException("gone at " + half)));
      now += Duration.ofMillis(500).toNanos();
    }
    assertThat(traces()).hasSize(1);
    assertThat(lines()).hasSize(4);
    assertThat(lines().getLast()).contains("still fails", "failures=181", "gone at 180");
  }

  @Test
  void aFailureOfAnotherKindHasItsTrace() {
    RepeatedFailures failures = new RepeatedFailures("the claiming", () -> now);
    for (int i = 0; i < 10; i++) {
      failures.failed(new IllegalStateException(new SQLException("gone")));
      failures.failed(new IllegalStateException(new ArithmeticException("odd")));
    }
    assertThat(traces()).hasSize(2);
    failures.succeeded();
    failures.failed(new IllegalStateException(new SQLException("gone again")));
    assertThat(traces()).hasSize(3);
  }

  @Test
  void allThatGoesWellIsNoNews() {
    new RepeatedFailures("the claiming", () -> now).succeeded();
    assertThat(lines()).isEmpty();
  }

  private List<String> lines() {
    return log.list.stream()
        .filter(event -> event.getLevel().isGreaterOrEqual(Level.INFO))
        .map(RepeatedFailuresTest::text)
        .toList();
  }

  private static String text(ILoggingEvent event) {
    return Stream.concat(
            Stream.of(event.getMessage()),
            event.getKeyValuePairs().stream().map(pair -> pair.key + "=" + pair.value))
        .collect(Collectors.joining(" "));
  }

  private List<ILoggingEvent> traces() {
    return log.list.stream().filter(event -> event.getThrowableProxy() != null).toList();
  }
}
