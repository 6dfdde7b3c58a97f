package io.skein.redis;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where Redis is, and in which arrangement. Immutable; its text never shows the credentials.
 *
 * @param nodes the server, or those sentinels or cluster nodes that are asked for the others
 * @param masterName what the sentinels call the master; null for the other two
 * @param database 0 in a cluster
 */
public record RedisAddress(
    Arrangement arrangement,
    boolean tls,
    List<Node> nodes,
    @Nullable String user,
    @Nullable String password,
    int database,
    @Nullable String masterName) {

  private static final String FORMS =
      "a Redis address looks like redis://host:6379, redis-sentinel://host:26379,host2:26379/0#master"
          + " or redis-cluster://host:7000,host2:7000; rediss… for TLS; user:password@ before the hosts";

  /** How the servers work together. */
  public enum Arrangement {
    SINGLE("redis", 6379),
    SENTINEL("redis-sentinel", 26379),
    CLUSTER("redis-cluster", 6379);

    private final String scheme;
    private final int port;

    Arrangement(String scheme, int port) {
      this.scheme = scheme;
      this.port = port;
    }

    private static Arrangement of(String scheme) {
      String plain = scheme.startsWith("rediss") ? "redis" + scheme.substring(6) : scheme;
      return Arrays.stream(values())
          .filter(arrangement -> arrangement.scheme.equals(plain))
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException(FORMS));
    }
  }

  /** One server. */
  public record Node(String host, int port) {
    @Override
    public String toString() {
      return host + ":" + port;
    }
  }

  public RedisAddress {
    nodes = List.copyOf(nodes);
    if (nodes.isEmpty() || (arrangement == Arrangement.SENTINEL) != (masterName != null)) {
      throw new IllegalArgumentException(FORMS);
    }
  }

  /**
   * Reads an address.
   *
   * @throws IllegalArgumentException when it has another form; the message shows none of it
   */
  public static RedisAddress parse(String text) {
    URI uri = uri(text);
    if (uri.getScheme() == null || uri.getRawAuthority() == null) {
      throw new IllegalArgumentException(FORMS);
    }
    Arrangement arrangement = Arrangement.of(uri.getScheme());
    String authority = uri.getRawAuthority();
    int at = authority.lastIndexOf('@');
    List<Node> nodes =
        Arrays.stream(authority.substring(at + 1).split(",", -1))
            .map(host -> node(host, arrangement.port))
            .toList();
    String secret = at < 0 ? null : decoded(authority.substring(0, at));
    int colon = secret == null ? -1 : secret.indexOf(':');
    int database = database(uri.getPath());
    String master = uri.getFragment();
    boolean fits =
        (nodes.size() == 1 || arrangement != Arrangement.SINGLE)
            && (master != null) == (arrangement == Arrangement.SENTINEL)
            && (database == 0 || arrangement != Arrangement.CLUSTER);
    if (!fits) {
      throw new IllegalArgumentException(FORMS);
    }
    return new RedisAddress(
        arrangement,
        uri.getScheme().startsWith("rediss"),
        nodes,
        secret != null && colon > 0 ? secret.substring(0, colon) : null,
        secret == null ? null : secret.substring(colon + 1),
        database,
        master);
  }

  private static URI uri(String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      // Without the cause: its message holds the whole address, with the password.
      throw new IllegalArgumentException(FORMS);
    }
  }

  private static String decoded(String rawUserInfo) {
    return String.valueOf(URI.create("redis://" + rawUserInfo + "@h").getUserInfo());
  }

  private static Node node(String text, int defaultPort) {
    URI uri = uri("redis://" + text);
    if (uri.getHost() == null || uri.getUserInfo() != null) {
      throw new IllegalArgumentException(FORMS);
    }
    return new Node(uri.getHost(), uri.getPort() < 0 ? defaultPort : uri.getPort());
  }

  private static int database(@Nullable String path) {
    if (path == null || path.isEmpty() || path.equals("/")) {
      return 0;
    }
    try {
      return Integer.parseUnsignedInt(path.substring(1));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(FORMS, e);
    }
  }

  String scheme() {
    return tls ? "rediss" : "redis";
  }

  /** Never shows the credentials. */
  @Override
  public String toString() {
    String text =
        arrangement.scheme + "://" + String.join(",", nodes.stream().map(Node::toString).toList());
    return masterName == null ? text : text + "#" + masterName;
  }
}
