package io.skein.sse;

import java.util.List;

/**
 * Connections that were found.
 *
 * @param more whether there are others
 * @param complete false while Redis is away or an instance's entries are missing there: then at
 *     least this instance's own are here
 */
public record ConnectionPage(List<Located> connections, boolean more, boolean complete) {

  /** A connection and where it is served. */
  public record Located(String instance, Connection connection) {}
}
