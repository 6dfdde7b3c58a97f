package io.skein.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.postgres.FallbackBulkhead;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.RedisSettings;
import io.skein.testing.FreePort;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What feeds read from PostgreSQL has its turn among all that Redis does not answer. */
class FallbackReadsTest {
  private final CountDownLatch letGo = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private Instance instance;

  @BeforeEach
  void start() {
    PostgresSettings postgres = Instance.newDatabase();
    RedisSettings nowhere = RedisSettings.of("redis://127.0.0.1:" + FreePort.find());
    instance = Instance.start(postgres, nowhere, "fallback-reads", EventSettings.defaults());
  }

  @AfterEach
  void stop() {
    letGo.countDown();
    threads.close();
    instance.close();
  }

  @Test
  void pagesAndFeedsWaitForAPlaceAndLoseNothing() throws Exception {
    StreamId stream = instance.open("demo");
    instance.append(stream, NewEvent.of("x"), NewEvent.of("y"));
    await().until(() -> instance.bus.tenantFeed().head("demo").top().position() == 1);
    FallbackBulkhead fallback = instance.database.fallback();
    for (int i = 0; i < fallback.places(); i++) {
      threads.submit(() ->
          fallback.call(() -> {
            letGo.await();
            return true;
          }));
    }
    await().until(() -> fallback.taken() == fallback.places());
    Recorder recorder = instance.watch(stream, 0);
    Future<EventFeed.Page> page =
        threads.submit(() -> instance.bus.feed().read(stream, Sequence.START, 10));
    Future<Integer> feed =
        threads.submit(() -> instance.bus.tenantFeed().read("demo", FeedPosition.START, 10).size());
    await().during(Duration.ofMillis(300)).until(() -> !page.isDone() && !feed.isDone());
    assertThat(recorder.events).isEmpty();
    letGo.countDown();
    assertThat(page.get().events()).hasSize(2);
    assertThat(feed.get()).isEqualTo(2);
    await().until(() -> recorder.events.size() == 2);
  }
}
