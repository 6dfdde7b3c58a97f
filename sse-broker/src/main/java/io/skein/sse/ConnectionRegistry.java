package io.skein.sse;

import io.skein.events.StreamId;
import io.skein.postgres.Database;
import io.skein.postgres.Identifiers;
import io.skein.redis.RedisAwayException;
import io.skein.redis.RedisConnections;
import io.skein.sse.ConnectionPage.Located;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
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
          } catch (Throwable e) { // what is thrown from here ends the repetition
            LOG.warn("the registry of connections failed; it is tried again", e);
          }
        },
        0,
        interval.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  /**
   * Finds connections. Who comes or goes while pages are turned may be missed, nobody else is; none
   * is found twice.
   *
   * @param after the place at which the page before ended; null for the first page
   * @param limit the most to answer
   */
  public ConnectionPage find(ConnectionQuery query, @Nullable ConnectionPlace after, int limit) {
    NavigableMap<ConnectionPlace, Located> found = new TreeMap<>();
    String only = query.instance();
    boolean complete =
        visit(
            name ->
                found.size() <= limit
                    && (only == null || only.equals(name))
                    && (after == null || after.instance().compareTo(name) <= 0),
            (name, connection) -> {
              ConnectionPlace place = new ConnectionPlace(name, connection.id());
              if (query.matches(connection) && (after == null || after.compareTo(place) < 0)) {
                found.put(place, new Located(name, connection));
                if (found.size() > limit + 1) {
                  found.pollLastEntry();
                }
              }
            });
    boolean more = found.size() > limit;
    if (more) {
      found.pollLastEntry();
    }
    return new ConnectionPage(List.copyOf(found.values()), more ? found.lastKey() : null, complete);
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
            });
    Map<String, Integer> counts = new TreeMap<>();
    byInstance.forEach((name, ids) -> counts.put(name, ids.size()));
    return new ConnectionCounts(counts, users.size(), flows.size(), complete);
  }

  /** Counts the streams that chose a flow, by one look at Redis; whose flow it is is not asked. */
  public WatcherCounts watchers(StreamId flow) {
    Map<String, Integer> counts = new TreeMap<>();
    boolean complete = redis.available();
    if (complete) {
      try {
        counts.putAll(redis.watchers(flow));
      } catch (RedisAwayException e) {
        LOG.debug("watchers could not be read", e);
        complete = false;
      }
    }
    long own = served.connections().stream().filter(one -> one.flows().contains(flow)).count();
    counts.remove(instance);
    if (own > 0) {
      counts.put(instance, Math.toIntExact(own));
    }
    return new WatcherCounts(counts, complete);
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

  /**
   * Visits connections, instance by instance in the order of their names; a connection may come
   * twice.
   *
   * @param wanted whether to visit an instance; asked when those before it have been visited
   * @return whether nothing wanted was left out
   */
  private boolean visit(Predicate<String> wanted, BiConsumer<String, Connection> visitor) {
    boolean complete = redis.available();
    boolean reachable = complete;
    SortedSet<String> names = new TreeSet<>(reachable ? instances.get() : Set.of());
    names.add(instance);
    for (String name : names) {
      if (!wanted.test(name)) {
        continue;
      }
      if (name.equals(instance)) {
        served.connections().forEach(connection -> visitor.accept(name, connection));
      } else if (reachable) {
        try {
          complete &= redis.scan(name, connection -> visitor.accept(name, connection));
        } catch (RedisAwayException e) {
          LOG.debug("connections of other instances could not be read", e);
          complete = false;
          reachable = false;
        }
      }
    }
    return complete;
  }
}
