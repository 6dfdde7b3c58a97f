package io.skein.local;

import java.io.Console;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether there is a terminal that can draw over itself, and how wide it is. Asks {@code stty}:
 * terminal libraries send the terminal questions, whose answers would be read as the user's.
 */
final class TerminalWidth {
  private static final int DEFAULT = 80;
  private static final Pattern ROWS_AND_COLUMNS = Pattern.compile("\\d+ (\\d+)\\s*");

  private TerminalWidth() {}

  /** The columns; nothing for a pipe, a file or a terminal without cursor movements. */
  static OptionalInt find() {
    Console console = System.console();
    if (console == null || !console.isTerminal() || isDumb()) {
      return OptionalInt.empty();
    }
    Matcher size = ROWS_AND_COLUMNS.matcher(sizeBySystem());
    int columns = size.matches() ? Integer.parseInt(size.group(1)) : 0;
    return OptionalInt.of(columns > 0 ? columns : DEFAULT);
  }

  private static boolean isDumb() {
    String type = System.getenv("TERM");
    return type == null || type.equals("dumb");
  }

  private static String sizeBySystem() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(ProcessBuilder.Redirect.INHERIT)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      return new String(stty.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot ask stty for the size of the terminal", e);
    }
  }
}
