package io.skein.postgres;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/**
 * Where PostgreSQL is and how many connections this process may hold.
 *
 * @param jdbcUrl {@code jdbc:postgresql://host:port/database}
 * @param user the role that owns Skein's tables
 * @param password its password, may be empty
 * @param poolSize the most pooled connections, at least 2; past it a caller waits 5 s, then fails
 */
public record PostgresSettings(String jdbcUrl, String user, String password, int poolSize) {
  private static final int DEFAULT_POOL_SIZE = 16;

  public PostgresSettings {
    if (!jdbcUrl.startsWith("jdbc:postgresql:")) {
      throw new IllegalArgumentException("a JDBC address must begin with jdbc:postgresql:");
    }
    if (poolSize < 2) {
      throw new IllegalArgumentException("poolSize must be at least 2, but is " + poolSize);
    }
  }

  /**
   * Reads {@code postgresql://user:password@host:port/database}, {@code postgres://…} or the same
   * behind {@code jdbc:}.
   *
   * @throws IllegalArgumentException when the address has another form; the message says which
   */
  public static PostgresSettings parse(String databaseUrl) {
    String address = databaseUrl.startsWith("jdbc:") ? databaseUrl.substring(5) : databaseUrl;
    URI uri = URI.create(address);
    boolean known = "postgresql".equals(uri.getScheme()) || "postgres".equals(uri.getScheme());
    if (!known || uri.getHost() == null || uri.getPath().length() < 2) {
      throw new IllegalArgumentException(
          "a database address must look like postgresql://user:password@host:5432/database");
    }
    String[] credentials = credentials(uri);
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    int port = uri.getPort() < 0 ? 5432 : uri.getPort();
    return new PostgresSettings(
        "jdbc:postgresql://" + uri.getHost() + ":" + port + uri.getPath() + query,
        credentials[0],
        credentials[1],
        DEFAULT_POOL_SIZE);
  }

  /** The same place with another number of pooled connections. */
  public PostgresSettings withPoolSize(int size) {
    return new PostgresSettings(jdbcUrl, user, password, size);
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
    return "PostgresSettings[" + jdbcUrl + ", user=" + user + ", poolSize=" + poolSize + "]";
  }
}
