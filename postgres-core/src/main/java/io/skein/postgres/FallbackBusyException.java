package io.skein.postgres;

/** PostgreSQL carries what Redis did, and all that it may carry of it is under way: try again. */
public final class FallbackBusyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  FallbackBusyException(int places) {
    // In an outage there are many, and all are thrown at one place.
    super(
        "all " + places + " connections for what Redis does not answer are in use; try again",
        null,
        false,
        false);
  }
}
