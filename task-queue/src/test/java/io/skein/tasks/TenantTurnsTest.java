package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.testing.Stalls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * One tenant has far more short tasks than can run soon, another has one: how long until that one
 * begins. {@code -Dskein.test.full=true} makes 100,000 of them.
 */
@Timeout(600)
final class TenantTurnsTest {
  private static final boolean FULL = Boolean.getBoolean("skein.test.full");
  private static final int MANY = FULL ? 100_000 : 10_000;
  private static final int SINGLE_ONES = FULL ? 50 : 8;
  private static final int CHUNK = 10_000;
  private static final Duration SHORT = Duration.ofMillis(5);
  private static final Duration BOUND = Duration.ofSeconds(1);

  @RegisterExtension final TestQueue queue = TestQueue.fresh();
  private final Map<TaskId, Long> begun = new ConcurrentHashMap<>();

  @Test
  void aTenantWithManyTasksDelaysTheSingleOneOfAnotherByLessThanASecond() {
    enqueueMany("many");
    queue.start(Handlers.of("short", this::run));
    await().until(() -> !begun.isEmpty());
    List<Duration> delays = new ArrayList<>();
    for (int n = 0; n < SINGLE_ONES; n++) {
      NewTask single = queue.task("short").withTenant("single-" + n % 2);
      Stalls.repeatIfStalled(() -> {
        Duration delay = delayOf(single);
        delays.add(delay);
        assertThat(delay).isLessThan(BOUND);
      });
    }
    assertThat(queued()).as("there was a backlog all the time").isPositive();
    System.out.printf(
        "single tasks beside %d of another tenant begin after %s ms%n",
        MANY, delays.stream().map(Duration::toMillis).sorted().toList());
  }

  private Duration delayOf(NewTask single) {
    long enqueued = System.nanoTime();
    TaskId id = queue.enqueue(single);
    await()
        .pollInterval(Duration.ofMillis(1))
        .atMost(Duration.ofSeconds(30))
        .until(() -> begun.containsKey(id));
    return Duration.ofNanos(begun.getOrDefault(id, 0L) - enqueued);
  }

  private void run(TaskContext context) {
    begun.put(context.task().id(), System.nanoTime());
    LockSupport.parkNanos(SHORT.toNanos());
  }

  private long queued() {
    return queue.count("select count(*) from tasks where state = 'queued' and tenant = 'many'");
  }

  private void enqueueMany(String tenant) {
    for (int left = MANY; left > 0; left -= CHUNK) {
      queue.enqueue(Math.min(left, CHUNK), queue.task("short").withTenant(tenant));
    }
  }
}
