package io.skein.sse;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Connections that were found, in the order of their places.
 *
 * @param next the place after which the next page begins; null when this is the last one
 * @param complete false while Redis is away or an instance's entries are missing there: then at
 *     least this instance's own are here
 */
public record ConnectionPage(
    List<Located> connections, @Nullable ConnectionPlace next, boolean complete) {

  /** A connection and where it is served. */
  public record Located(String instance, Connection connection) {}
}
