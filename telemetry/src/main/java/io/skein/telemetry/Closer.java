package io.skein.telemetry;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes what was started, last first. Closing is idempotent; a part that fails to close is logged
 * and the rest is closed all the same. Thread safe.
 */
public final class Closer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Closer.class);

  private final Deque<Part> parts = new ArrayDeque<>();

  /** Registers a started part and answers it. */
  public synchronized <T extends AutoCloseable> T add(String name, T part) {
    parts.push(new Part(name, part));
    return part;
  }

  /** An interrupt cuts one part short, not all that follow; it is restored at the end. */
  @Override
  public synchronized void close() {
    boolean interrupted = false;
    while (!parts.isEmpty()) {
      Part part = parts.pop();
      try {
        part.closeable().close();
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (Exception e) {
        LOG.atError().setCause(e).addKeyValue("part", part.name()).log("a part did not stop");
      }
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private record Part(String name, AutoCloseable closeable) {}
}
