package io.skein.sse;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The latest events of a hub, in order, bounded in number and in bytes; the newest one always
 * stays. Everything after {@link #floor} up to {@link #top} is here. Not thread safe.
 */
final class Ring<P extends Comparable<P>> {
  private final List<@Nullable EncodedEvent<P>> slots;
  private final long maxBytes;
  private long first;
  private long end;
  private long bytes;
  private P floor;
  private P top;

  /**
   * @param start the place before the first event to come
   */
  Ring(int maxEvents, long maxBytes, P start) {
    this.slots = new ArrayList<>(Collections.nCopies(maxEvents, null));
    this.maxBytes = maxBytes;
    this.floor = start;
    this.top = start;
  }

  /** The place of the last event that is not here any more. */
  P floor() {
    return floor;
  }

  /** The place of the newest event. */
  P top() {
    return top;
  }

  /** One past the number of the newest event. */
  long end() {
    return end;
  }

  /** The number of the first event after a place that is not below the floor. */
  long firstAfter(P place) {
    long low = first;
    long high = end;
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (get(middle).place().compareTo(place) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  EncodedEvent<P> get(long number) {
    return Objects.requireNonNull(slots.get(slot(number)));
  }

  /**
   * @param event behind the newest one
   */
  void push(EncodedEvent<P> event) {
    if (end - first == slots.size()) {
      dropFirst();
    }
    slots.set(slot(end), event);
    end++;
    top = event.place();
    bytes += event.frame().length;
    while (bytes > maxBytes && first < end - 1) {
      dropFirst();
    }
  }

  /** Forgets everything and goes on behind a place. */
  void restart(P place) {
    while (first < end) {
      dropFirst();
    }
    floor = place;
    top = place;
  }

  private void dropFirst() {
    EncodedEvent<P> dropped = get(first);
    slots.set(slot(first), null);
    bytes -= dropped.frame().length;
    floor = dropped.place();
    first++;
  }

  private int slot(long number) {
    return (int) (number % slots.size());
  }
}
