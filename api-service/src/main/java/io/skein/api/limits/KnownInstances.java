package io.skein.api.limits;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many instances share the limits, asked every 5 s in the background. While PostgreSQL does not
 * answer it stays as it was. Thread safe.
 */
public final class KnownInstances implements IntSupplier, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KnownInstances.class);
  private static final Duration INTERVAL = Duration.ofSeconds(5);

  private final Supplier<Set<String>> running;
  private final String own;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("skein-known-instances").daemon().factory());
  private volatile int count = 1;

  private KnownInstances(Supplier<Set<String>> running, String own) {
    this.running = running;
    this.own = own;
  }

  /**
   * Asks once before it returns, so that an instance does not begin as if it were alone.
   *
   * @param running names of instances that were seen lately
   * @param own the name of this one, which may not be registered yet
   */
  public static KnownInstances start(Supplier<Set<String>> running, String own) {
    KnownInstances known = new KnownInstances(running, own);
    known.ask();
    known.clock.scheduleWithFixedDelay(
        known::ask, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    return known;
  }

  @Override
  public int getAsInt() {
    return count;
  }

  private void ask() {
    try {
      Set<String> names = new HashSet<>(running.get());
      names.add(own);
      count = names.size();
    } catch (RuntimeException e) {
      LOG.atWarn()
          .addKeyValue("again_in", INTERVAL)
          .setCause(e)
          .log("cannot ask how many instances run");
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
