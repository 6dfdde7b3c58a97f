package io.skein.api.flows;

import io.javalin.http.Context;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemException;
import io.skein.api.http.ProblemType;
import io.skein.flows.CommandRequest.Version;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Versions of flows as entity tags: {@code "epoch.version"}. */
final class EntityTags {
  private static final Pattern TAG = Pattern.compile("(?:W/)?\"?(?:(\\d{1,18})\\.)?(\\d{1,18})\"?");

  private EntityTags() {}

  static String of(long epoch, long version) {
    return "\"" + epoch + "." + version + "\"";
  }

  /** Whether {@code If-None-Match} names this tag. */
  static boolean unchanged(Context context, String tag) {
    String sent = context.header("If-None-Match");
    return sent != null
        && Arrays.stream(sent.split(","))
            .map(String::strip)
            .map(value -> value.startsWith("W/") ? value.substring(2) : value)
            .anyMatch(value -> value.equals(tag) || value.equals("*"));
  }

  /**
   * The version of {@code If-Match}: a tag, or the bare version of the present epoch.
   *
   * @return null when the header is absent or {@code *}
   * @throws ProblemException 400 when it is neither
   */
  static @Nullable Version expected(Context context) {
    String sent = context.header("If-Match");
    if (sent == null || sent.strip().equals("*")) {
      return null;
    }
    Matcher matcher = TAG.matcher(sent.strip());
    if (!matcher.matches()) {
      throw malformed();
    }
    String epoch = matcher.group(1);
    return new Version(
        epoch == null ? null : Long.parseLong(epoch), Long.parseLong(matcher.group(2)));
  }

  private static ProblemException malformed() {
    return Problem.of(
            ProblemType.MALFORMED_REQUEST,
            "If-Match must be the ETag of the state that you have seen, for example"
                + " \"1795380000000.42\".")
        .exception();
  }
}
