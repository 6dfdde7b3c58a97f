package io.skein.local.stack;

import io.skein.testing.EmbeddedPostgres;
import io.skein.testing.EmbeddedRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Watches over a running stack: what dies by itself is reported and started again, after one
 * second, then two, four and so on up to thirty; a minute of life forgives what was before. {@link
 * #run} is for one thread, {@link #stop} for any.
 */
public final class Supervisor {
  private static final Duration LOOK_INTERVAL = Duration.ofMillis(300);
  private static final Duration LONGEST_DELAY = Duration.ofSeconds(30);
  private static final Duration FORGIVEN_AFTER = Duration.ofMinutes(1);

  private final LocalStack stack;
  private final Consumer<String> report;
  private final List<Ward> wards = new ArrayList<>();
  private volatile boolean stopping;

  /**
   * @param report is told, in lines for the user, who died and who came back
   */
  public Supervisor(LocalStack stack, Consumer<String> report) {
    this.stack = stack;
    this.report = report;
    EmbeddedRedis redis = stack.servers().redis();
    if (redis != null) {
      wards.add(new Ward("redis", redis::isAlive, redis::start));
    }
    EmbeddedPostgres postgres = stack.servers().postgres();
    if (postgres != null) {
      wards.add(new Ward("postgres", postgres::isAlive, postgres::start));
    }
    Stream.concat(stack.apis().stream(), stack.workers().stream())
        .forEach(p -> wards.add(new Ward(p.name(), p::isAlive, p::start)));
  }

  /** Watches until {@link #stop} or an interrupt. */
  public void run() {
    while (!stopping) {
      wards.forEach(this::look);
      try {
        Thread.sleep(LOOK_INTERVAL);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** Whatever goes wrong with one, such as a full disk, the watch over all goes on. */
  private void look(Ward ward) {
    try {
      ward.look();
    } catch (RuntimeException e) {
      report.accept("watching over " + ward.name + " failed: " + e.getMessage());
    }
  }

  /** Starts nothing any more; returns when a start under way is over. */
  public void stop() {
    stopping = true;
    wards.forEach(Ward::awaitLook);
  }

  /** One process under watch. */
  private final class Ward {
    private final String name;
    private final BooleanSupplier alive;
    private final Runnable start;
    private Duration delay = Duration.ofSeconds(1);
    private long startedAt = System.nanoTime();
    private long dueAt;
    private boolean dead;

    Ward(String name, BooleanSupplier alive, Runnable start) {
      this.name = name;
      this.alive = alive;
      this.start = start;
    }

    synchronized void look() {
      if (stopping || alive.getAsBoolean()) {
        return;
      }
      long now = System.nanoTime();
      if (!dead) {
        mourn(now);
      } else if (now - dueAt >= 0) {
        revive(now);
      }
    }

    synchronized void awaitLook() {}

    private void mourn(long now) {
      if (now - startedAt > FORGIVEN_AFTER.toNanos()) {
        delay = Duration.ofSeconds(1);
      }
      dead = true;
      dueAt = now + delay.toNanos();
      report.accept(
          "%s ended by itself; starting it again in %d s (./skein logs %s)"
              .formatted(name, delay.toSeconds(), name));
      stack.recordState();
    }

    private void revive(long now) {
      dead = false;
      startedAt = now;
      Duration doubled = delay.multipliedBy(2);
      delay = doubled.compareTo(LONGEST_DELAY) > 0 ? LONGEST_DELAY : doubled;
      try {
        start.run();
        report.accept(name + " was started again");
      } catch (RuntimeException e) {
        report.accept(name + " could not be started again: " + e.getMessage());
      }
      stack.recordState();
    }
  }
}
