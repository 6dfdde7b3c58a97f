package io.skein.events;

/** The place of an event in its stream, from 1 without gaps; 0 is the place before the first. */
public record Sequence(long value) implements Comparable<Sequence> {
  /** Before the first event. */
  public static final Sequence START = new Sequence(0);

  public Sequence {
    if (value < 0) {
      throw new IllegalArgumentException("a sequence is not negative, but is " + value);
    }
  }

  public Sequence next() {
    return new Sequence(value + 1);
  }

  @Override
  public int compareTo(Sequence other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
