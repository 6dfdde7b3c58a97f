package io.skein.postgres;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The {@code traceparent} of W3C Trace Context (level 1): of which trace something is a part, and
 * of which span of it. It goes from a request into the rows that it writes, and from there to
 * whoever works on them. Immutable.
 *
 * @param traceId 32 hexadecimal digits, not all zero
 * @param spanId 16 hexadecimal digits, not all zero
 * @param flags two hexadecimal digits; 01 is "sampled"
 */
public record TraceParent(String traceId, String spanId, String flags) {
  /** Of a later version than 00 there may be more behind. */
  private static final Pattern FORM =
      Pattern.compile("(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?");

  private static final Pattern ZEROS = Pattern.compile("0+");
  private static final SecureRandom RANDOM = new SecureRandom();

  /** The first span of a new trace. */
  public static TraceParent begin() {
    return new TraceParent(random(16), random(8), "01");
  }

  /** Empty when there is none or it is malformed; then a new trace should begin. */
  public static Optional<TraceParent> parse(@Nullable String header) {
    if (header == null) {
      return Optional.empty();
    }
    Matcher parts = FORM.matcher(header.strip());
    if (!parts.matches()
        || (parts.group(1).equals("00") && parts.group(5) != null)
        || ZEROS.matcher(parts.group(2)).matches()
        || ZEROS.matcher(parts.group(3)).matches()) {
      return Optional.empty();
    }
    return Optional.of(new TraceParent(parts.group(2), parts.group(3), parts.group(4)));
  }

  /** A new span of the same trace. */
  public TraceParent child() {
    return new TraceParent(traceId, random(8), flags);
  }

  /** As the header has it. */
  @Override
  public String toString() {
    return "00-" + traceId + "-" + spanId + "-" + flags;
  }

  private static String random(int bytes) {
    byte[] id = new byte[bytes];
    do {
      RANDOM.nextBytes(id);
    } while (ZEROS.matcher(HexFormat.of().formatHex(id)).matches());
    return HexFormat.of().formatHex(id);
  }
}
