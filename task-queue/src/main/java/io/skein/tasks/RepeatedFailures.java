package io.skein.tasks;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the log of what fails again and again, as everything does while PostgreSQL is away: each
 * kind of failure once with its trace, then a line from time to time, and one when all is well. For
 * one thread.
 */
final class RepeatedFailures {
  private static final Logger LOG = LoggerFactory.getLogger(RepeatedFailures.class);
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(30);

  /** Past it even new kinds have no trace. */
  private static final int KINDS_BOUND = 10;

  private final String loop;
  private final LongSupplier nanoTime;
  private final Set<String> kinds = new HashSet<>();
  private long failures;
  private long nextLine;

  /**
   * @param loop what fails, for the log
   */
  RepeatedFailures(String loop) {
    this(loop, System::nanoTime);
  }

  RepeatedFailures(String loop, LongSupplier nanoTime) {
    this.loop = loop;
    this.nanoTime = nanoTime;
  }

  void failed(Throwable failure) {
    failures++;
    long now = nanoTime.getAsLong();
    if (kinds.size() < KINDS_BOUND && kinds.add(kind(failure))) {
      nextLine = now + BETWEEN_LINES.toNanos();
      LOG.atWarn().addKeyValue("loop", loop).setCause(failure).log("a loop failed; trying again");
    } else if (now - nextLine >= 0) {
      nextLine = now + BETWEEN_LINES.toNanos();
      LOG.atWarn()
          .addKeyValue("loop", loop)
          .addKeyValue("failures", failures)
          .addKeyValue("reason", root(failure).toString())
          .log("a loop still fails; trying again");
    }
  }

  void succeeded() {
    if (failures > 0) {
      LOG.atInfo()
          .addKeyValue("loop", loop)
          .addKeyValue("failures", failures)
          .log("a loop is well again");
      failures = 0;
      kinds.clear();
    }
  }

  /** Messages hold figures that differ each time. */
  private static String kind(Throwable failure) {
    return failure.getClass().getName() + " " + root(failure).getClass().getName();
  }

  private static Throwable root(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }
}
