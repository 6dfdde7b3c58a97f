package io.skein.testing;

import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Where a PostgreSQL database is, and who signs in. Immutable. */
public record DatabaseAddress(
    String host, int port, String database, String user, String password) {

  /** Reads {@code postgresql://user:password@host:port/database}; the port defaults to 5432. */
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
    return new DatabaseAddress(
        uri.getHost(), port, path.substring(1), decode(user), decode(password));
  }

  /** {@code postgresql://user:password@host:port/database}, as {@code DATABASE_URL} takes it. */
  public String url() {
    return "postgresql://%s:%s@%s:%d/%s"
        .formatted(encode(user), encode(password), host, port, database);
  }

  /** {@code jdbc:postgresql://host:port/database}, without user and password. */
  public String jdbcUrl() {
    return "jdbc:postgresql://%s:%d/%s".formatted(host, port, database);
  }

  /** The same server and user, another database. */
  public DatabaseAddress withDatabase(String name) {
    return new DatabaseAddress(host, port, name, user, password);
  }

  /** The same database, met at a port of this machine that leads to its server. */
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
