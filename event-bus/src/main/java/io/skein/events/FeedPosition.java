package io.skein.events;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place in a tenant's feed, written {@code position.seq}. Several events of one append share the
 * position and differ in their sequence.
 *
 * @param position of the append, from 1 without gaps; 0 is the place before the first
 * @param seq of one of its events in its stream
 */
public record FeedPosition(long position, long seq) implements Comparable<FeedPosition> {
  /** Before the first event. */
  public static final FeedPosition START = new FeedPosition(0, 0);

  /** 18 digits always fit a long; what is longer was not issued here. */
  private static final Pattern FORM = Pattern.compile("(\\d{1,18})\\.(\\d{1,18})");

  private static final Comparator<FeedPosition> ORDER =
      Comparator.comparingLong(FeedPosition::position).thenComparingLong(FeedPosition::seq);

  public FeedPosition {
    if (position < 0 || seq < 0) {
      throw new IllegalArgumentException(
          "a place in a feed is not negative, but is " + position + "." + seq);
    }
  }

  /** Reads {@code position.seq}; empty for any other text. */
  public static Optional<FeedPosition> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    return matcher.matches()
        ? Optional.of(
            new FeedPosition(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))))
        : Optional.empty();
  }

  @Override
  public int compareTo(FeedPosition other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return position + "." + seq;
  }
}
