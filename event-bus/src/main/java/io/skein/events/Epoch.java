package io.skein.events;

/**
 * The age of a database in which sequences are unique: the time of its renewal in milliseconds. A
 * number from another epoch says nothing about this one.
 */
public record Epoch(long millis) implements Comparable<Epoch> {
  public Epoch {
    if (millis < 0) {
      throw new IllegalArgumentException("an epoch is not negative, but is " + millis);
    }
  }

  @Override
  public int compareTo(Epoch other) {
    return Long.compare(millis, other.millis);
  }

  @Override
  public String toString() {
    return Long.toString(millis);
  }
}
