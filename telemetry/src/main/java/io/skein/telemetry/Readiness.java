package io.skein.telemetry;

import io.skein.redis.FeatureGates;
import io.skein.redis.FeatureMode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Whether this process should be given work, with the mode of each of its features, so that a
 * fallback is never silent. Thread safe once started.
 */
public final class Readiness {
  private final List<Part> parts = new ArrayList<>();
  private volatile boolean draining;

  /** Adds a part that is asked at each request; it must answer quickly. */
  public Readiness part(String name, Supplier<State> state) {
    parts.add(new Part(name, state));
    return this;
  }

  /** Adds the features, each with the mode of its gate. */
  public Readiness features(FeatureGates gates) {
    gates.all().forEach(gate -> part(gate.feature().label(), () -> State.of(gate.mode())));
    return this;
  }

  /** From now on not ready: the process is about to stop. */
  public void drain() {
    draining = true;
  }

  Report report() {
    List<Entry> entries =
        parts.stream().map(part -> new Entry(part.name(), part.state().get())).toList();
    boolean ready = !draining && entries.stream().noneMatch(entry -> entry.state().blocks());
    return new Report(ready, draining, entries);
  }

  /**
   * How a part is.
   *
   * @param blocks whether the process cannot work without it
   * @param mode {@code ok}, {@code redis}, {@code fallback} or {@code down}
   * @param detail why, for people
   */
  public record State(boolean blocks, String mode, String detail) {

    public static State ok() {
      return new State(false, "ok", "");
    }

    static State of(FeatureMode mode) {
      return new State(false, mode.label(), mode == FeatureMode.REDIS ? "" : mode.reason());
    }

    public static State down(String detail) {
      return new State(true, "down", detail);
    }
  }

  record Entry(String name, State state) {}

  record Report(boolean ready, boolean draining, List<Entry> entries) {}

  private record Part(String name, Supplier<State> state) {}
}
