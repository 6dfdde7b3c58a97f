package io.skein.sse;

import io.skein.events.StreamId;
import io.skein.postgres.Database;
import io.skein.postgres.Identifiers;
import io.skein.redis.RedisAwayException;
import io.skein.redis.RedisConnections;
import io.skein.sse.ConnectionPage.Located;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who watches what on which instance. Each instance keeps its own connections in Redis, so those of
 * one that died vanish together within 15 s; while Redis is away each knows its own. Ends a user's
 * streams on all instances. The migrations of {@code postgres-core} and {@code sse-broker} must
 * have been applied. Thread safe.
 */
public final class ConnectionRegistry implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionRegistry.class);
  private static final Duration PUBLISH_INTERVAL = Duration.ofMillis(250);
  private static final Duration DISCONNECT_INTERVAL = Duration.ofSeconds(1);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(2);

  private final String instance;
  private final Supplier<Set<String>> instances;
  private final ServedStreams served;
  private final RedisRegistry redis;
  private final ConnectionPublisher publisher;
  private final Disconnects disconnects;
  private final ScheduledExecutorService publishing = clock("skein-connections");
  private final ScheduledExecutorService disconnecting = clock("skein-disconnects");

  private ConnectionRegistry(
      SseBroker broker,
      Database database,
      RedisConnections redis,
      String instance,
      Supplier<Set<String>> instances) {
    this.instance = instance;
    this.instances = instances;
    this.served = broker.served();
    String owner = Identifiers.next().toString();
    this.redis = new RedisRegistry(redis, instance, owner, ConnectionPublisher.LIFE);
    this.publisher = new ConnectionPublisher(served, this.redis);
    this.disconnects = new Disconnects(database, served);
  }

  /**
   * Begins to make a broker's connections known.
   *
   * @param instance this process's unique name
   * @param instances names of all instances that serve streams and live; asked by queries only
   */
  public static ConnectionRegistry start(
      SseBroker broker,
      Database database,
      RedisConnections redis,
      String instance,
      Supplier<Set<String>> instances) {
    ConnectionRegistry registry =
        new ConnectionRegistry(broker, database, redis, instance, instances);
    repeat(
        registry.publishing, PUBLISH_INTERVAL, () -> registry.publisher.publish(System.nanoTime()));
    repeat(registry.disconnecting, DISCONNECT_INTERVAL, registry.disconnects::carryOut);
    return registry;
  }

  private static ScheduledExecutorService clock(String name) {
    return Executors.newSingleThreadScheduledExecutor(
        Thread.ofPlatform().name(name).daemon().factory());
  }

  private static void repeat(ScheduledExecutorService clock, Duration interval, Runnable work) {
    clock.scheduleWithFixedDelay(
        () -> {
          try {
            work.run();
          } catch (RuntimeException e) {
            LOG.warn("the registry of connections failed; it is tried again", e);
          }
        },
        0,
        interval.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  /**
   * Finds connections, this instance's own first.
   *
   * @param limit the most to answer
   */
  public ConnectionPage find(ConnectionQuery query, int limit) {
    List<Located> found = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    String only = query.instance();
    boolean complete =
        visit(
            name -> only == null || only.equals(name),
            (name, connection) -> {
              if (query.matches(connection) && ids.add(connection.id())) {
                found.add(new Located(name, connection));
              }
              return found.size() <= limit;
            });
    boolean more = found.size() > limit;
    return new ConnectionPage(List.copyOf(more ? found.subList(0, limit) : found), more, complete);
  }

  /** Counts a tenant's connections. */
  public ConnectionCounts counts(String tenant) {
    Map<String, Set<String>> byInstance = new TreeMap<>();
    Set<String> users = new HashSet<>();
    Set<StreamId> flows = new HashSet<>();
    ConnectionQuery query = ConnectionQuery.of(tenant);
    boolean complete =
        visit(
            name -> true,
            (name, connection) -> {
              if (query.matches(connection)) {
                byInstance.computeIfAbsent(name, n -> new HashSet<>()).add(connection.id());
                users.add(connection.viewer().user());
                flows.addAll(connection.flows());
              }
              return true;
            });
    Map<String, Integer> counts = new TreeMap<>();
    byInstance.forEach((name, ids) -> counts.put(name, ids.size()));
    return new ConnectionCounts(counts, users.size(), flows.size(), complete);
  }

  /** How many streams chose a flow, by instance. While Redis is away: here alone. */
  public Map<String, Integer> watchers(StreamId flow) {
    Map<String, Integer> counts = new TreeMap<>();
    if (redis.available()) {
      try {
        counts.putAll(redis.watchers(flow));
      } catch (RedisAwayException e) {
        LOG.debug("watchers could not be read", e);
      }
    }
    long own = served.connections().stream().filter(one -> one.flows().contains(flow)).count();
    counts.remove(instance);
    if (own > 0) {
      counts.put(instance, Math.toIntExact(own));
    }
    return counts;
  }

  /**
   * Ends all streams of a user, on every instance within two seconds. Their clients come again, if
   * their credential still lets them.
   */
  public void disconnect(String tenant, String user) {
    disconnects.wish(tenant, user);
  }

  /** Stops, and removes what this instance made known. Idempotent. */
  @Override
  public void close() throws InterruptedException {
    publishing.shutdown();
    disconnecting.shutdown();
    boolean ended = publishing.awaitTermination(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    if (ended) {
      publisher.withdraw();
    }
    disconnecting.awaitTermination(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
  }

  @FunctionalInterface
  private interface Visitor {
    /** Answers whether it wants more. */
    boolean visit(String instance, Connection connection);
  }

  /** Answers whether nothing was left out. */
  private boolean visit(Predicate<String> wanted, Visitor visitor) {
    if (wanted.test(instance)) {
      for (Connection connection : served.connections()) {
        if (!visitor.visit(instance, connection)) {
          return true;
        }
      }
    }
    if (!redis.available()) {
      return false;
    }
    boolean complete = true;
    try {
      Set<String> others = new TreeSet<>(instances.get());
      others.remove(instance);
      for (String other : others) {
        if (wanted.test(other)) {
          complete &= redis.scan(other, connection -> visitor.visit(other, connection));
        }
      }
    } catch (RedisAwayException e) {
      LOG.debug("connections of other instances could not be read", e);
      return false;
    }
    return complete;
  }
}
