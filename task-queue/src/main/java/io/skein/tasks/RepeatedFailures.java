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

  private final String what;
  private final LongSupplier nanoTime;
  private final Set<String> kinds = new HashSet<>();
  private long failures;
  private long nextLine;

  /**
   * @param what fails, for the log
   */
  RepeatedFailures(String what) {
    this(what, System::nanoTime);
  }

  RepeatedFailures(String what, LongSupplier nanoTime) {
    this.what = what;
    this.nanoTime = nanoTime;
  }

  void failed(Throwable failure) {
    failures++;
    long now = nanoTime.getAsLong();
    if (kinds.size() < KINDS_BOUND && kinds.add(kind(failure))) {
      nextLine = now + BETWEEN_LINES.toNanos();
      LOG.warn("{} failed; trying again", what, failure);
    } else if (now - nextLine >= 0) {
      nextLine = now + BETWEEN_LINES.toNanos();
      LOG.warn(
          "{} still fails; trying again failures={} reason=\"{}\"",
          what,
          failures,
          root(failure).toString());
    }
  }

  void succeeded() {
    if (failures > 0) {
      LOG.info("{} is well again failures={}", what, failures);
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
