package io.skein.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skein.cache.CacheSettings;
import io.skein.cache.CacheStatistics;
import io.skein.cache.StateCache;
import io.skein.cache.StateCodec;
import io.skein.cache.StateKind;
import io.skein.cache.StateMetadata;
import io.skein.cache.StateVersion;
import io.skein.cache.Versioned;
import io.skein.postgres.PostgresSettings;
import io.skein.redis.Feature;
import io.skein.redis.FeatureGate;
import io.skein.redis.KeySpace;
import io.skein.redis.RedisSettings;
import io.skein.testing.TestServers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A cache did without Redis, which kept all it had; three thousand flows changed meanwhile, and no
 * relay told of it. However long the sweep takes to repair their tails, the first read of each is
 * new.
 */
@Tag("long")
@Timeout(180)
class FirstReadTest {
  private static final int FLOWS = 3_000;
  private static final Duration REPAIR_OF_ONE_TAIL = Duration.ofMillis(10);
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final StateKind<UUID, String> KIND =
      new StateKind<>(KeySpace.FLOW, UUID::toString, UUID::fromString, new Codec());

  private final PostgresSettings postgres = Instance.newDatabase();
  private final RedisSettings redis =
      RedisSettings.of(TestServers.redis().url()).withKeyPrefix(UUID.randomUUID() + ":");
  private final List<AutoCloseable> open = new ArrayList<>();
  private Reader reader;
  private List<UUID> flows;

  @BeforeEach
  void fillTheCache() throws Exception {
    reader = new Reader("reader");
    reader.bus.database.useTransaction(tx ->
        tx.handle()
            .createUpdate(
                """
                insert into streams (id, tenant, changed_at)
                select gen_random_uuid(), 'demo', skein_now() from generate_series(1, :flows)
                """)
            .bind("flows", FLOWS)
            .execute());
    changeAll();
    flows =
        reader.bus.database.read(handle ->
            handle
                .createQuery("select id from streams order by changed_at, id")
                .mapTo(UUID.class)
                .list());
    reader.awaitRedisIsAsked(1);
    assertThat(reader.readAll()).containsOnly(1L);
    String last = reader.bus.redis.keys().flowState(flows.getLast());
    assertThat(reader.bus.redis.jedis().hexists(last, "data")).isTrue();
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  @Test
  void afterItsFlagWasOff() throws Exception {
    reader.gate(Feature.STATE_CACHE).enable(false);
    changeAll();
    startSweeping();
    reader.gate(Feature.STATE_CACHE).enable(true);
    reader.awaitRedisIsAsked(2);
    assertThat(reader.readAll()).containsOnly(2L);
  }

  @Test
  void afterItsFlagWasOffWhileTheEventBusIsOffEverywhere() throws Exception {
    reader.gate(Feature.EVENT_BUS).enable(false);
    reader.gate(Feature.STATE_CACHE).enable(false);
    changeAll();
    startSweeping().redis.gate(Feature.EVENT_BUS).enable(false);
    reader.gate(Feature.STATE_CACHE).enable(true);
    reader.awaitRedisIsAsked(2);
    assertThat(reader.readAll()).containsOnly(2L);
  }

  @Test
  void ofAProcessThatStartsRightAfterIt() throws Exception {
    changeAll();
    startSweeping();
    Reader starter = new Reader("starter");
    starter.awaitRedisIsAsked(2);
    assertThat(starter.readAll()).containsOnly(2L);
  }

  @Test
  void aLongRepairHoldsUpNobodyWhoWaitsForVersions() {
    changeAll();
    Sweep sweep = startSweeping().bus.sweep();
    await().atMost(SOON).until(() -> sweep.repaired() > 0);
    BooleanSupplier raised = sweep.raisingAll();
    await().atMost(SOON).until(raised::getAsBoolean);
    assertThat(sweep.repaired()).as("tails, long before all are repaired").isLessThan(FLOWS / 2);
  }

  private Instance startSweeping() {
    return instance("sweeper", EventSettings.defaults());
  }

  private Instance instance(String name, EventSettings settings) {
    return opened(
        Instance.start(
            postgres,
            redis,
            name,
            settings,
            stream -> LockSupport.parkNanos(REPAIR_OF_ONE_TAIL.toNanos())));
  }

  /** By plain SQL: nobody relays it. */
  private void changeAll() {
    long changed =
        reader.bus.database.inTransaction(tx ->
            tx.handle()
                .createQuery(
                    "select count(skein_append(id, 'x', changes_state => true)) from streams")
                .mapTo(Long.class)
                .one());
    assertThat(changed).isEqualTo(FLOWS);
  }

  /** A process that sweeps only when its cache wants it to. */
  private final class Reader {
    private final Instance bus;
    private final StateCache<UUID, String> cache;

    Reader(String name) {
      bus = instance(name, EventSettings.defaults().withSweepInterval(Instance.HOUR));
      CacheSettings settings =
          CacheSettings.defaults().withNear(new CacheSettings.Near(Duration.ZERO, 0));
      cache =
          opened(
              new StateCache<>(bus.redis, settings, KIND, this::load, bus.bus.sweep()::raisingAll));
      cache.start();
    }

    FeatureGate gate(Feature feature) {
      return bus.redis.gate(feature);
    }

    void awaitRedisIsAsked(long version) {
      long before = asked();
      await()
          .atMost(SOON)
          .until(() -> {
            assertThat(read(flows.getLast())).as("meanwhile").isEqualTo(version);
            return asked() > before;
          });
    }

    private long asked() {
      CacheStatistics.Level level = cache.statistics().redis();
      return level.hits() + level.misses();
    }

    List<Long> readAll() throws Exception {
      List<Callable<Long>> reads = new ArrayList<>();
      flows.forEach(flow -> reads.add(() -> read(flow)));
      List<Long> versions = new ArrayList<>();
      try (ExecutorService readers = Executors.newFixedThreadPool(4)) {
        for (Future<Long> version : readers.invokeAll(reads)) {
          versions.add(version.get());
        }
      }
      return versions;
    }

    private long read(UUID flow) {
      return cache.get(flow).orElseThrow().version().version();
    }

    private Optional<Versioned<String>> load(UUID flow) {
      return bus.database.read(handle ->
          handle
              .createQuery("select epoch, state_version from streams, epochs where id = :id")
              .bind("id", flow)
              .map((row, context) ->
                  new StateVersion(row.getLong("epoch"), row.getLong("state_version")))
              .findOne()
              .map(version -> new Versioned<>(version, version.toString())));
    }
  }

  private <T extends AutoCloseable> T opened(T closeable) {
    open.add(closeable);
    return closeable;
  }

  private static final class Codec implements StateCodec<String> {
    @Override
    public byte[] encode(String value) {
      return value.getBytes(UTF_8);
    }

    @Override
    public String decode(byte[] bytes) {
      return new String(bytes, UTF_8);
    }

    @Override
    public StateMetadata metadata(String value) {
      return new StateMetadata("running", value, Instant.EPOCH);
    }
  }
}
