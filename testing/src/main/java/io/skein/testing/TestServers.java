package io.skein.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The servers of this test JVM, started when first asked for and stopped with the JVM. {@code
 * -Dskein.test.servers} chooses where they come from:
 *
 * <ul>
 *   <li>{@code embedded} (default): processes of this machine, nothing needs to be installed;
 *   <li>{@code containers}: Docker, by Testcontainers;
 *   <li>{@code external}: {@code skein.test.postgres.url} and {@code skein.test.redis.url} as
 *       system properties, or {@code SKEIN_TEST_POSTGRES_URL} and {@code SKEIN_TEST_REDIS_URL} in
 *       the environment.
 * </ul>
 *
 * Thread-safe. The only state of the module that belongs to the JVM, since sharing one server per
 * JVM is its purpose.
 */
public final class TestServers {
  private static final Object LOCK = new Object();
  private static @Nullable PostgresServer sharedPostgres;
  private static @Nullable RedisServer sharedRedis;
  private static @Nullable ServerCloset closet;

  private TestServers() {}

  private enum Source {
    EMBEDDED,
    CONTAINERS,
    EXTERNAL
  }

  /** The PostgreSQL of this JVM; each test class creates a database of its own in it. */
  public static PostgresServer postgres() {
    synchronized (LOCK) {
      if (sharedPostgres == null) {
        sharedPostgres =
            source() == Source.EXTERNAL
                ? closet().keep(new ExternalPostgres(DatabaseAddress.parse(setting("postgres"))))
                : newPostgres();
      }
      return sharedPostgres;
    }
  }

  /** The Redis of this JVM; each test class chooses a key prefix of its own. */
  public static RedisServer redis() {
    synchronized (LOCK) {
      if (sharedRedis == null) {
        sharedRedis =
            source() == Source.EXTERNAL
                ? closet().keep(new ExternalRedis(setting("redis")))
                : newRedis();
      }
      return sharedRedis;
    }
  }

  /**
   * A running PostgreSQL for one test, which may freeze, kill and restart it. Embedded when the
   * shared one is external.
   */
  public static PostgresServer newPostgres() {
    return source() == Source.CONTAINERS
        ? closet().keep(new ContainerPostgres())
        : newEmbeddedPostgres();
  }

  /**
   * A running Redis for one test, which may freeze, kill and restart it; it forgets everything when
   * it stops.
   */
  public static RedisServer newRedis() {
    return newRedis(EmbeddedRedis.Persistence.NONE);
  }

  /** {@link #newRedis()}, with a choice of what survives a restart. */
  public static RedisServer newRedis(EmbeddedRedis.Persistence persistence) {
    return source() == Source.CONTAINERS
        ? closet().keep(new ContainerRedis(persistence))
        : newEmbeddedRedis(persistence);
  }

  /** A cluster of three masters for one test, embedded wherever the others come from. */
  public static RedisGroup newRedisCluster() {
    return RedisGroup.cluster(List.of(clusterNode(), clusterNode(), clusterNode()));
  }

  /** A master, a replica and a sentinel that fails over after a second, for one test; embedded. */
  public static RedisGroup newSentinelRedis() {
    EmbeddedRedis master = prepareRedis(EmbeddedRedis.Persistence.NONE, List.of());
    master.start();
    int masterPort = URI.create(master.url()).getPort();
    EmbeddedRedis replica =
        prepareRedis(
            EmbeddedRedis.Persistence.NONE, List.of("--replicaof", "127.0.0.1 " + masterPort));
    replica.start();
    EmbeddedRedis sentinel =
        prepareRedis(
            EmbeddedRedis.Persistence.NONE,
            List.of(
                RedisGroup.sentinelFile(closet().newDirectory("sentinel"), masterPort),
                "--sentinel"));
    sentinel.start();
    return RedisGroup.sentinel(List.of(master, replica), sentinel);
  }

  private static RedisGroup.Node clusterNode() {
    int busPort = FreePort.find();
    EmbeddedRedis node =
        prepareRedis(
            EmbeddedRedis.Persistence.NONE,
            List.of(
                "--cluster-enabled",
                "yes",
                "--cluster-node-timeout",
                "1000",
                "--cluster-port",
                String.valueOf(busPort)));
    node.start();
    return new RedisGroup.Node(node, busPort);
  }

  private static PostgresServer newEmbeddedPostgres() {
    Path directory = closet().newDirectory("postgres");
    EmbeddedPostgres postgres =
        new EmbeddedPostgres(
            new EmbeddedPostgres.Settings(
                directory,
                directory.resolve("server.log"),
                FreePort.find(),
                "skein",
                Map.of("max_connections", "200", "fsync", "off")),
            closet().watch());
    closet().keep(postgres);
    postgres.start();
    return postgres;
  }

  private static RedisServer newEmbeddedRedis(EmbeddedRedis.Persistence persistence) {
    EmbeddedRedis redis = prepareRedis(persistence, List.of());
    redis.start();
    return redis;
  }

  private static EmbeddedRedis prepareRedis(
      EmbeddedRedis.Persistence persistence, List<String> first) {
    Path directory = closet().newDirectory("redis");
    return closet()
        .keep(
            new EmbeddedRedis(
                new EmbeddedRedis.Settings(
                    directory,
                    directory.resolve("server.log"),
                    FreePort.find(),
                    persistence,
                    first),
                closet().watch()));
  }

  private static ServerCloset closet() {
    synchronized (LOCK) {
      if (closet == null) {
        closet = ServerCloset.openUntilExit(temporaryDirectory());
      }
      return closet;
    }
  }

  private static Path temporaryDirectory() {
    try {
      return Files.createTempDirectory("skein-test-servers-");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create a directory for the test servers", e);
    }
  }

  private static Source source() {
    String name = System.getProperty("skein.test.servers", "embedded");
    try {
      return Source.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException(
          "skein.test.servers is embedded, containers or external, not " + name, e);
    }
  }

  private static String setting(String server) {
    String property = "skein.test." + server + ".url";
    String variable = "SKEIN_TEST_" + server.toUpperCase(Locale.ROOT) + "_URL";
    return Objects.requireNonNull(
        System.getProperty(property, System.getenv(variable)),
        () -> "skein.test.servers=external needs -D" + property + "=… or " + variable);
  }
}
