package io.skein.api.flows;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemException;
import io.skein.api.http.ProblemType;
import java.util.concurrent.Semaphore;

/**
 * Bounds how many uploads one instance receives at once: each holds a chunk in memory and takes
 * connections of the pool, which the rest of the API needs too. Thread safe.
 */
final class UploadGate {
  private final Semaphore places;
  private final Counter refused;

  UploadGate(int places, MeterRegistry metrics) {
    this.places = new Semaphore(places);
    this.refused =
        Counter.builder("skein.uploads.refused")
            .description("Uploads refused because too many arrived at once")
            .register(metrics);
    metrics.gauge("skein.uploads.running", this.places, free -> places - free.availablePermits());
  }

  /**
   * Takes a place, to be closed when the upload has ended.
   *
   * @throws ProblemException 503 when all are taken
   */
  Place enter() {
    if (!places.tryAcquire()) {
      refused.increment();
      throw Problem.of(
              ProblemType.UNAVAILABLE,
              "This instance receives as many uploads as it can at once. Try again in a moment.")
          .withHeader("Retry-After", "2")
          .exception();
    }
    return places::release;
  }

  /** A place among the uploads. */
  @FunctionalInterface
  interface Place extends AutoCloseable {
    @Override
    void close();
  }
}
