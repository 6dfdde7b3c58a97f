package io.skein.events;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Tells of PostgreSQL's epoch whenever it is another one. Thread safe. */
final class EpochNews {
  private final List<LongConsumer> listeners = new CopyOnWriteArrayList<>();
  private @Nullable Epoch latest;

  synchronized void tell(Epoch now) {
    if (latest == null || now.compareTo(latest) > 0) {
      latest = now;
      listeners.forEach(listener -> listener.accept(now.millis()));
    }
  }

  /** Tells it of the present one at once, if it is known. */
  synchronized void listen(LongConsumer listener) {
    listeners.add(listener);
    if (latest != null) {
      listener.accept(latest.millis());
    }
  }
}
