package io.skein.events;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An event's place among all that ever was, written {@code epoch.seq}: the id of its SSE frame. */
public record EventId(Epoch epoch, Sequence sequence) {
  /** 18 digits always fit a long; what is longer was not issued here. */
  private static final Pattern FORM = Pattern.compile("(\\d{1,18})\\.(\\d{1,18})");

  /** Reads {@code epoch.seq}; empty for any other text. */
  public static Optional<EventId> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        new EventId(
            new Epoch(Long.parseLong(matcher.group(1))),
            new Sequence(Long.parseLong(matcher.group(2)))));
  }

  @Override
  public String toString() {
    return epoch + "." + sequence;
  }
}
