package io.skein.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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
 *       the environment; one that is not given is embedded.
 * </ul>
 *
 * How they are arranged, the tests do not see either: {@code -Dskein.test.redis.arrangement} is
 * {@code single} (default), {@code cluster} or {@code sentinel}, {@code
 * -Dskein.test.postgres.pooler} is {@code none} (default) or {@code pgbouncer}. {@code
 * -Dskein.test.redis.program} names the {@code redis-server} or {@code valkey-server} that the
 * embedded ones run, instead of 7.0.
 *
 * <p>Thread-safe. The only state of the module that belongs to the JVM, since sharing one server
 * per JVM is its purpose.
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

  private enum Arrangement {
    SINGLE,
    CLUSTER,
    SENTINEL
  }

  private enum Pooler {
    NONE,
    PGBOUNCER
  }

  /** The PostgreSQL of this JVM; each test class creates a database of its own in it. */
  public static PostgresServer postgres() {
    synchronized (LOCK) {
      if (sharedPostgres == null) {
        sharedPostgres =
            externalUrl("postgres")
                .<PostgresServer>map(url -> new ExternalPostgres(DatabaseAddress.parse(url)))
                .map(server -> pooled(closet().keep(server)))
                .orElseGet(TestServers::newPostgres);
      }
      return sharedPostgres;
    }
  }

  /** The Redis of this JVM; each test class chooses a key prefix of its own. */
  public static RedisServer redis() {
    synchronized (LOCK) {
      if (sharedRedis == null) {
        sharedRedis =
            externalUrl("redis")
                .<RedisServer>map(url -> closet().keep(new ExternalRedis(url)))
                .orElseGet(TestServers::newRedis);
      }
      return sharedRedis;
    }
  }

  /**
   * A running PostgreSQL for one test, which may freeze, kill and restart it. Embedded when the
   * shared one is external.
   */
  public static PostgresServer newPostgres() {
    return pooled(
        source() == Source.CONTAINERS
            ? closet().keep(new ContainerPostgres())
            : newEmbeddedPostgres());
  }

  /** PgBouncer in transaction mode before this server, for one test or more. */
  public static PgBouncer newPgBouncer(PostgresServer server) {
    Path directory = closet().newDirectory("pgbouncer");
    return closet().keep(PgBouncer.start(server.address(), directory, closet().watch()));
  }

  private static PostgresServer pooled(PostgresServer server) {
    return choice("skein.test.postgres.pooler", Pooler.NONE) == Pooler.NONE
        ? server
        : new PooledPostgres(server, newPgBouncer(server));
  }

  /**
   * A running Redis for one test, which may freeze, kill and restart it; it forgets everything when
   * it stops.
   */
  public static RedisServer newRedis() {
    return switch (choice("skein.test.redis.arrangement", Arrangement.SINGLE)) {
      case SINGLE -> newRedis(EmbeddedRedis.Persistence.NONE);
      case CLUSTER -> newRedisCluster();
      case SENTINEL -> newSentinelRedis();
    };
  }

  /** One server, with a choice of what survives a restart. */
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
    return choice("skein.test.servers", Source.EMBEDDED);
  }

  private static <E extends Enum<E>> E choice(String property, E otherwise) {
    Class<E> type = otherwise.getDeclaringClass();
    String name = System.getProperty(property, otherwise.name());
    try {
      return Enum.valueOf(type, name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      String known = Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT);
      throw new IllegalStateException(property + " is one of " + known + ", not " + name, e);
    }
  }

  /** Empty when this server is not external. */
  private static Optional<String> externalUrl(String server) {
    if (source() != Source.EXTERNAL) {
      return Optional.empty();
    }
    if (given("postgres").or(() -> given("redis")).isEmpty()) {
      throw new IllegalStateException(
          "skein.test.servers=external needs -Dskein.test.postgres.url=… or"
              + " -Dskein.test.redis.url=…, or SKEIN_TEST_POSTGRES_URL or SKEIN_TEST_REDIS_URL");
    }
    return given(server);
  }

  private static Optional<String> given(String server) {
    String variable = "SKEIN_TEST_" + server.toUpperCase(Locale.ROOT) + "_URL";
    return Optional.ofNullable(
        System.getProperty("skein.test." + server + ".url", System.getenv(variable)));
  }
}
