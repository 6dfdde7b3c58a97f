package io.skein.local.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/** The end of a log file. */
public final class LogTail {
  private LogTail() {}

  /**
   * At most this many last lines; none when there is no such file. Bytes that are no UTF-8 become
   * marks.
   */
  public static List<String> lines(Path log, int most) {
    if (!Files.exists(log)) {
      return List.of();
    }
    Deque<String> kept = new ArrayDeque<>();
    try (var input = Files.newInputStream(log);
        var reader =
            new java.io.BufferedReader(
                new java.io.InputStreamReader(input, StandardCharsets.UTF_8));
        Stream<String> lines = reader.lines()) {
      lines.forEach(line -> {
        kept.addLast(line);
        if (kept.size() > most) {
          kept.removeFirst();
        }
      });
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + log, e);
    }
    return List.copyOf(kept);
  }

  /** The same as one text for an error message, indented; empty when the log is. */
  static String quote(Path log, int most) {
    List<String> lines = lines(log, most);
    return lines.isEmpty() ? "" : "\n    " + String.join("\n    ", lines);
  }
}
