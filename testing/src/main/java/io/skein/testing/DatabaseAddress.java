package io.skein.testing;

import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Where a PostgreSQL database is, and who signs in. Immutable.
 *
 * @param host of the server itself, pooler or not
 * @param pooler {@code host:port} of the pooler that {@link #url} leads through; null for none
 */
public record DatabaseAddress(
    String host, int port, String database, String user, String password, @Nullable String pooler) {
  private static final String DIRECT = "direct=";

  /** A database that is reached without a pooler. */
  public DatabaseAddress(String host, int port, String database, String user, String password) {
    this(host, port, database, user, password, null);
  }

  /**
   * Reads {@code postgresql://user:password@host:port/database}; the port defaults to 5432. With
   * {@code ?direct=host:port} the first are of a pooler, and these of the server.
   */
  public static DatabaseAddress parse(String url) {
    URI uri = URI.create(url);
    String userInfo = uri.getRawUserInfo();
    String path = uri.getPath();
    if (uri.getHost() == null || userInfo == null || path == null || path.length() < 2) {
      throw new IllegalArgumentException(
          "expected postgresql://user:password@host:port/database, got a URL without "
              + (uri.getHost() == null ? "a host" : userInfo == null ? "a user" : "a database"));
    }
    int colon = userInfo.indexOf(':');
    String user = colon < 0 ? userInfo : userInfo.substring(0, colon);
    String password = colon < 0 ? "" : userInfo.substring(colon + 1);
    int port = uri.getPort() < 0 ? 5432 : uri.getPort();
    DatabaseAddress read =
        new DatabaseAddress(uri.getHost(), port, path.substring(1), decode(user), decode(password));
    String query = uri.getQuery();
    return query != null && query.startsWith(DIRECT)
        ? behind(read, query.substring(DIRECT.length()))
        : read;
  }

  private static DatabaseAddress behind(DatabaseAddress pooler, String server) {
    URI direct = URI.create("postgresql://" + server);
    return new DatabaseAddress(
        direct.getHost(),
        direct.getPort(),
        pooler.database(),
        pooler.user(),
        pooler.password(),
        pooler.host() + ":" + pooler.port());
  }

  /**
   * {@code postgresql://user:password@host:port/database}, as {@code DATABASE_URL} takes it; with a
   * pooler its host and port, and {@code ?direct=host:port} of the server.
   */
  public String url() {
    String server = host + ":" + port;
    return "postgresql://%s:%s@%s/%s%s"
        .formatted(
            encode(user),
            encode(password),
            pooler == null ? server : pooler,
            database,
            pooler == null ? "" : "?" + DIRECT + server);
  }

  /** {@code jdbc:postgresql://host:port/database} of the server, without user and password. */
  public String jdbcUrl() {
    return "jdbc:postgresql://%s:%d/%s".formatted(host, port, database);
  }

  /** The same server and user, another database. */
  public DatabaseAddress withDatabase(String name) {
    return new DatabaseAddress(host, port, name, user, password, pooler);
  }

  /** The same database, reached through a pooler. */
  DatabaseAddress pooledBy(String hostAndPort) {
    return new DatabaseAddress(host, port, database, user, password, hostAndPort);
  }

  /** The same database, met without a pooler at a port of this machine that leads to its server. */
  public DatabaseAddress through(CuttableNetwork network) {
    return new DatabaseAddress("127.0.0.1", network.port(), database, user, password);
  }

  /** Without the password: addresses end up in logs. */
  @Override
  public String toString() {
    return "postgresql://%s@%s:%d/%s".formatted(user, host, port, database);
  }

  private static String encode(String part) {
    return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static String decode(String part) {
    return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
