package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Random interleavings of everything that changes a task, against a small model of its states. A
 * failure names its seed; {@code -Dskein.test.seed} repeats it, {@code -Dskein.test.full} makes ten
 * thousand sequences.
 */
final class TaskModelTest {
  private static final int SEQUENCES = Boolean.getBoolean("skein.test.full") ? 10_000 : 200;

  /** None of these may be left out by chance: until all were seen there are more sequences. */
  private static final String[] KINDS = {
    "claim",
    "suspect",
    "snooze",
    "park",
    "park unknown",
    "unpark",
    "expire",
    "retry ended",
    "crash",
    "end poison"
  };

  /** What happened in all sequences together. */
  private static final Map<String, Integer> SEEN = new ConcurrentHashMap<>();

  private static Servers servers;

  @BeforeAll
  static void open() {
    servers = Servers.fresh();
  }

  @AfterAll
  static void close() throws Exception {
    servers.close();
  }

  @Test
  void everySequenceEndsWhereTheModelDoes() throws Exception {
    long first = Long.getLong("skein.test.seed", new Random().nextLong());
    int n = 0;
    while (n < SEQUENCES || (SEEN.size() < KINDS.length && n < 10 * SEQUENCES)) {
      long seed = first + n++;
      try {
        new TaskSequence(servers, new Random(seed), TaskModelTest::seen).run();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("with -Dskein.test.seed=" + seed, e);
      }
    }
    System.out.println(n + " sequences, in them " + SEEN);
    assertThat(SEEN).containsOnlyKeys(KINDS);
  }

  private static void seen(String what) {
    SEEN.merge(what, 1, Integer::sum);
  }
}
