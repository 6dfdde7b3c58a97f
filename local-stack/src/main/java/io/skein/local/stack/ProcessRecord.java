package io.skein.local.stack;

import io.skein.testing.ServerProcess;
import java.time.Duration;
import java.time.Instant;

/**
 * A process as the state file remembers it. The start time tells it from a stranger who was given
 * its process id later.
 *
 * @param startedAt milliseconds since 1970
 */
public record ProcessRecord(long pid, long startedAt) {
  /** The clock by which the system dates processes may be set by a second between two looks. */
  private static final Duration TOLERANCE = Duration.ofSeconds(2);

  /** Of a process that runs now. */
  static ProcessRecord of(long pid) {
    return new ProcessRecord(pid, startOf(pid));
  }

  /** Whether this very process still runs. */
  public boolean isAlive() {
    return new ServerProcess(pid).isAlive()
        && Math.abs(startOf(pid) - startedAt) <= TOLERANCE.toMillis();
  }

  private static long startOf(long pid) {
    return ProcessHandle.of(pid)
        .flatMap(process -> process.info().startInstant())
        .map(Instant::toEpochMilli)
        .orElse(0L);
  }
}
