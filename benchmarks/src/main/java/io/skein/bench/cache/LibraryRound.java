package io.skein.bench.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skein.bench.BenchStack;
import io.skein.bench.Payload;
import io.skein.bench.Report;
import io.skein.cache.CacheSettings;
import io.skein.cache.StateCache;
import io.skein.cache.StateCodec;
import io.skein.cache.StateKind;
import io.skein.cache.StateMetadata;
import io.skein.cache.StateVersion;
import io.skein.cache.Versioned;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Reads of 1,000 states of 2 kB by eight threads: through both levels, through Redis alone, and
 * from Redisson's {@code RMapCache}, which promises less: the last write wins. Not thread safe.
 */
public final class LibraryRound implements AutoCloseable {
  private static final int STATES = 1_000;
  private static final int STATE_BYTES = 2_000;
  private static final int THREADS = 8;
  private static final Duration WARM_UP = Duration.ofSeconds(3);
  private static final StateVersion VERSION = new StateVersion(1, 1);

  private final Duration duration;
  private final Report report;
  private final StateCache<String, String> levels;
  private final StateCache<String, String> shared;
  private final RedisMapCache rival;

  public LibraryRound(BenchStack stack, Duration duration, Report report) {
    this.duration = duration;
    this.report = report;
    String state = Payload.of(STATE_BYTES);
    CacheSettings settings = CacheSettings.defaults();
    CacheSettings.Near none = new CacheSettings.Near(Duration.ZERO, 0);
    this.levels = cache(stack, settings, state);
    this.shared = cache(stack, settings.withNear(none), state);
    this.rival = new RedisMapCache(stack.redis(), Duration.ofMinutes(30));
    IntStream.range(0, STATES).forEach(number -> rival.put(id(number), state));
    levels.start();
  }

  private static StateCache<String, String> cache(
      BenchStack stack, CacheSettings settings, String state) {
    StateKind<String, String> kind = new StateKind<>("bench", id -> id, id -> id, new Texts());
    return new StateCache<>(
        stack.redis(), settings, kind, id -> Optional.of(new Versioned<>(VERSION, state)));
  }

  private static final class Texts implements StateCodec<String> {
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
      return new StateMetadata("running", "bench", Instant.EPOCH);
    }
  }

  public void warmUp() {
    for (Contender contender : contenders()) {
      reads(contender, WARM_UP);
    }
  }

  public void run() {
    for (Contender contender : contenders()) {
      report.add(contender.name, reads(contender, duration), "/s");
    }
  }

  private List<Contender> contenders() {
    return List.of(
        new Contender("reads through both levels", id -> present(levels.get(id).isPresent())),
        new Contender("reads through Redis alone", id -> present(shared.get(id).isPresent())),
        new Contender("reads from Redisson's RMapCache", id -> present(rival.has(id))));
  }

  private record Contender(String name, Consumer<String> read) {}

  private static void present(boolean found) {
    if (!found) {
      throw new IllegalStateException("a cache has lost a state");
    }
  }

  private static double reads(Contender contender, Duration time) {
    LongAdder reads = new LongAdder();
    long begin = System.nanoTime();
    try (ExecutorService readers = Executors.newFixedThreadPool(THREADS)) {
      for (int thread = 0; thread < THREADS; thread++) {
        readers.execute(() -> {
          while (System.nanoTime() - begin < time.toNanos()) {
            contender.read.accept(id(ThreadLocalRandom.current().nextInt(STATES)));
            reads.increment();
          }
        });
      }
    }
    return reads.sum() * 1e9 / (System.nanoTime() - begin);
  }

  private static String id(int number) {
    return "state-" + number;
  }

  @Override
  public void close() {
    levels.close();
    shared.close();
  }
}
