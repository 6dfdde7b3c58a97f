package io.skein.postgres;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where PostgreSQL is and how many connections this process may hold.
 *
 * <p>A pooler in transaction mode (PgBouncer) may stand before it. What is bound to a session then
 * needs the server's own address: the lock that shows that a worker lives, migrations, and the
 * heartbeats that must go on while the pool is exhausted.
 *
 * @param jdbcUrl {@code jdbc:postgresql://host:port/database}, of the pooler if there is one
 * @param directJdbcUrl the same database without a pooler; the same as {@code jdbcUrl} if there is
 *     none
 * @param user the role that owns Skein's tables
 * @param password its password, may be empty
 * @param poolSize the most pooled connections, at least 2; past it a caller waits 5 s, then fails
 */
public record PostgresSettings(
    String jdbcUrl, String directJdbcUrl, String user, String password, int poolSize) {
  private static final int DEFAULT_POOL_SIZE = 16;
  private static final String DIRECT = "direct=";
  private static final String FORM =
      "a database address must look like postgresql://user:password@host:5432/database, with"
          + " what is special in a password written as %40";
  private static final String DIRECT_FORM =
      "the server's own address must look like direct=host:5432";

  public PostgresSettings {
    if (!jdbcUrl.startsWith("jdbc:postgresql:") || !directJdbcUrl.startsWith("jdbc:postgresql:")) {
      throw new IllegalArgumentException("a JDBC address must begin with jdbc:postgresql:");
    }
    if (poolSize < 2) {
      throw new IllegalArgumentException("poolSize must be at least 2, but is " + poolSize);
    }
  }

  /**
   * Reads {@code postgresql://user:password@host:port/database}, {@code postgres://…} or the same
   * behind {@code jdbc:}. When a pooler is at that host and port, {@code ?direct=host:port} says
   * where the server itself is; other parameters are the driver's.
   *
   * @throws IllegalArgumentException when the address has another form; the message says which it
   *     should have, and shows none of it
   */
  public static PostgresSettings parse(String databaseUrl) {
    String address = databaseUrl.startsWith("jdbc:") ? databaseUrl.substring(5) : databaseUrl;
    URI uri = uri(address, FORM);
    boolean known = "postgresql".equals(uri.getScheme()) || "postgres".equals(uri.getScheme());
    if (!known || uri.getHost() == null || uri.getPath().length() < 2) {
      throw new IllegalArgumentException(FORM);
    }
    String[] credentials = credentials(uri);
    List<String> parameters =
        uri.getRawQuery() == null ? List.of() : Arrays.asList(uri.getRawQuery().split("&", -1));
    List<String> drivers = parameters.stream().filter(one -> !one.startsWith(DIRECT)).toList();
    String given = jdbcUrl(uri.getHost(), uri.getPort(), uri.getPath(), drivers);
    String direct =
        parameters.stream()
            .filter(one -> one.startsWith(DIRECT))
            .findFirst()
            .map(one -> server(one.substring(DIRECT.length())))
            .map(server -> jdbcUrl(server.getHost(), server.getPort(), uri.getPath(), drivers))
            .orElse(given);
    String pooled = given.equals(direct) ? given : withoutSessionsStatements(uri, drivers);
    return new PostgresSettings(pooled, direct, credentials[0], credentials[1], DEFAULT_POOL_SIZE);
  }

  /**
   * A statement that the driver prepares on one session is unknown on the next. Poolers that follow
   * prepared statements (PgBouncer 1.21 and newer) can be given a {@code prepareThreshold}.
   */
  private static String withoutSessionsStatements(URI uri, List<String> parameters) {
    boolean chosen = parameters.stream().anyMatch(one -> one.startsWith("prepareThreshold="));
    List<String> all =
        chosen
            ? parameters
            : Stream.concat(parameters.stream(), Stream.of("prepareThreshold=0")).toList();
    return jdbcUrl(uri.getHost(), uri.getPort(), uri.getPath(), all);
  }

  private static URI server(String hostAndPort) {
    URI server = uri("postgresql://" + hostAndPort, DIRECT_FORM);
    if (server.getHost() == null || !hostAndPort.equals(server.getRawAuthority())) {
      throw new IllegalArgumentException(DIRECT_FORM);
    }
    return server;
  }

  private static URI uri(String text, String form) {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      // Without the cause: its message holds the whole address, with the password.
      throw new IllegalArgumentException(form);
    }
  }

  private static String jdbcUrl(String host, int port, String path, List<String> parameters) {
    String query = parameters.isEmpty() ? "" : "?" + String.join("&", parameters);
    return "jdbc:postgresql://" + host + ":" + (port < 0 ? 5432 : port) + path + query;
  }

  /** The same place with another number of pooled connections. */
  public PostgresSettings withPoolSize(int size) {
    return new PostgresSettings(jdbcUrl, directJdbcUrl, user, password, size);
  }

  private static String[] credentials(URI uri) {
    String info = uri.getRawUserInfo() == null ? "" : uri.getRawUserInfo();
    int colon = info.indexOf(':');
    String user = colon < 0 ? info : info.substring(0, colon);
    String password = colon < 0 ? "" : info.substring(colon + 1);
    return new String[] {decode(user), decode(password)};
  }

  private static String decode(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** Never shows the password. */
  @Override
  public String toString() {
    String direct = directJdbcUrl.equals(jdbcUrl) ? "" : ", direct " + directJdbcUrl;
    return "PostgresSettings["
        + jdbcUrl
        + direct
        + ", user="
        + user
        + ", poolSize="
        + poolSize
        + "]";
  }
}
