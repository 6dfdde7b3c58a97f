package io.skein.postgres;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The flags of features, which all instances follow within two seconds. Each asks PostgreSQL every
 * second, on a connection of its own: neither Redis nor a pool that others have used up delays it.
 * While PostgreSQL is away every instance stays with what it knows. Thread safe.
 */
public final class FeatureFlags implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FeatureFlags.class);
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final Database database;
  private final OwnConnection connection;
  private final Map<String, Boolean> initial;
  private final Listener listener;

  /** Held while flags are asked for and told, so that an older answer never replaces a newer. */
  private final ReentrantLock lock = new ReentrantLock();

  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("skein-feature-flags").daemon().factory());
  private volatile Map<String, FeatureFlag> flags;
  private boolean away;

  private FeatureFlags(Database database, Map<String, Boolean> initial, Listener listener) {
    this.database = database;
    this.connection = database.ownConnection();
    this.initial = new LinkedHashMap<>(initial);
    this.listener = listener;
    this.flags = with(Map.of());
  }

  /** Hears of the flags whenever one has changed; must not block. */
  @FunctionalInterface
  public interface Listener {
    void changed(Map<String, FeatureFlag> flags);
  }

  /**
   * Asks once, tells the listener, and begins to follow. PostgreSQL may be away.
   *
   * @param initial every flag there is, as it is until an operator says something else
   */
  public static FeatureFlags start(
      Database database, Map<String, Boolean> initial, Listener listener) {
    FeatureFlags followed = new FeatureFlags(database, initial, listener);
    listener.changed(followed.flags);
    followed.follow();
    var unused =
        followed.clock.scheduleWithFixedDelay(
            followed::follow, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    return followed;
  }

  /** All flags as this instance knows them, by name. */
  public Map<String, FeatureFlag> all() {
    return flags;
  }

  /**
   * Sets a flag for all instances, for this one at once. Setting it to what it is already said to
   * be changes nothing.
   *
   * @param by who says so
   * @throws IllegalArgumentException when there is no such flag
   */
  public FeatureFlag set(String name, boolean enabled, String by) {
    if (!initial.containsKey(name)) {
      throw new IllegalArgumentException("there is no flag " + name);
    }
    FeatureFlag set = database.inTransaction(transaction -> write(transaction, name, enabled, by));
    learn(set);
    LOG.atInfo()
        .addKeyValue("feature", name)
        .addKeyValue("enabled", set.enabled())
        .addKeyValue("by", set.changedBy())
        .log("feature flag set");
    return set;
  }

  @Override
  public void close() {
    clock.shutdownNow();
    lock.lock();
    try {
      connection.close();
    } finally {
      lock.unlock();
    }
  }

  private static FeatureFlag write(
      Transaction transaction, String name, boolean enabled, String by) {
    return transaction
        .handle()
        .createQuery(
            """
            insert into feature_flags as held (name, enabled, changed_at, changed_by)
            values (:name, :enabled, skein_now(), :by)
            on conflict (name) do update set
              changed_at = case when held.enabled = excluded.enabled
                                then held.changed_at else excluded.changed_at end,
              changed_by = case when held.enabled = excluded.enabled
                                then held.changed_by else excluded.changed_by end,
              enabled = excluded.enabled
            returning name, enabled, changed_at, changed_by
            """)
        .bind("name", name)
        .bind("enabled", enabled)
        .bind("by", by)
        .map((row, context) -> flag(row))
        .one();
  }

  private void follow() {
    try {
      refresh();
      away = false;
    } catch (RuntimeException | Error e) {
      if (!away && !clock.isShutdown()) {
        away = true;
        LOG.atWarn()
            .addKeyValue("reason", e.toString())
            .log("the feature flags cannot be asked for; they stay as they are until they can");
        LOG.debug("the feature flags cannot be asked for", e);
      }
    }
  }

  private void refresh() {
    lock.lock();
    try {
      tell(with(read()));
    } finally {
      lock.unlock();
    }
  }

  /** Unless a later word has been heard meanwhile. */
  private void learn(FeatureFlag set) {
    lock.lock();
    try {
      Map<String, FeatureFlag> now = new LinkedHashMap<>(flags);
      Instant known = Objects.requireNonNull(now.get(set.name())).changedAt();
      if (known == null || !Objects.requireNonNull(set.changedAt()).isBefore(known)) {
        now.put(set.name(), set);
        tell(Collections.unmodifiableMap(now));
      }
    } finally {
      lock.unlock();
    }
  }

  /** First the listener: what it did not take it is told again. */
  private void tell(Map<String, FeatureFlag> now) {
    if (!now.equals(flags)) {
      listener.changed(now);
      flags = now;
    }
  }

  private Map<String, FeatureFlag> read() {
    return connection.read(handle ->
        handle
            .createQuery("select name, enabled, changed_at, changed_by from feature_flags")
            .map((row, context) -> flag(row))
            .collectToMap(FeatureFlag::name, flag -> flag));
  }

  private Map<String, FeatureFlag> with(Map<String, FeatureFlag> said) {
    Map<String, FeatureFlag> all = new LinkedHashMap<>();
    initial.forEach((name, enabled) ->
        all.put(name, said.getOrDefault(name, FeatureFlag.initial(name, enabled))));
    return Collections.unmodifiableMap(all);
  }

  private static FeatureFlag flag(ResultSet row) throws SQLException {
    return new FeatureFlag(
        row.getString("name"),
        row.getBoolean("enabled"),
        row.getTimestamp("changed_at").toInstant(),
        row.getString("changed_by"));
  }
}
