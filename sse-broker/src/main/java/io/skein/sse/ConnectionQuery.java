package io.skein.sse;

import io.skein.events.StreamId;
import org.jspecify.annotations.Nullable;

/**
 * Which connections are asked for; what is null does not matter.
 *
 * @param tenant whose connections
 * @param flow chosen by the connection; one that watches a whole engagement names no flow
 */
public record ConnectionQuery(
    String tenant, @Nullable StreamId flow, @Nullable String user, @Nullable String instance) {

  /** All connections of a tenant. */
  public static ConnectionQuery of(String tenant) {
    return new ConnectionQuery(tenant, null, null, null);
  }

  boolean matches(Connection connection) {
    return connection.viewer().tenant().equals(tenant)
        && (flow == null || connection.flows().contains(flow))
        && (user == null || connection.viewer().user().equals(user));
  }
}
