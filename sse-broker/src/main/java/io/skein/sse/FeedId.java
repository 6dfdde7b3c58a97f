package io.skein.sse;

import io.skein.events.Epoch;
import io.skein.events.FeedPosition;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The id of a frame of a feed's stream, written {@code epoch.position.seq}. */
record FeedId(Epoch epoch, FeedPosition place) {
  /** 18 digits always fit a long; what is longer was not issued here. */
  private static final Pattern FORM = Pattern.compile("(\\d{1,18})\\.(.+)");

  /** Empty for any other text. */
  static Optional<FeedId> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    return matcher.matches()
        ? FeedPosition.parse(matcher.group(2))
            .map(place -> new FeedId(new Epoch(Long.parseLong(matcher.group(1))), place))
        : Optional.empty();
  }
}
