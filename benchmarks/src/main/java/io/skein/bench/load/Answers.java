package io.skein.bench.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;

/** Reads answers with a {@code Content-Length} from a connection that stays open. */
final class Answers {
  private static final String LENGTH = "content-length:";

  private Answers() {}

  /**
   * Reads one answer to its end.
   *
   * @throws IOException when it is not a 200 whose length is given, or does not fit the buffer
   */
  static void read(InputStream in, byte[] buffer) throws IOException {
    int have = 0;
    int whole = -1;
    while (whole < 0 || have < whole) {
      int read = in.read(buffer, have, buffer.length - have);
      if (read <= 0) {
        throw new IOException("the connection ended within an answer");
      }
      have += read;
      if (whole < 0) {
        whole = length(buffer, have);
      }
    }
  }

  /** Of head and body; below 0 while the head is not there. */
  private static int length(byte[] buffer, int have) throws IOException {
    String text = new String(buffer, 0, have, ISO_8859_1);
    int head = text.indexOf("\r\n\r\n");
    if (head < 0) {
      return -1;
    }
    if (!text.startsWith("HTTP/1.1 200")) {
      throw new IOException("not what was asked for: " + text.lines().findFirst().orElse(""));
    }
    String lower = text.substring(0, head).toLowerCase(Locale.ROOT);
    int at = lower.indexOf(LENGTH);
    if (at < 0) {
      throw new IOException("an answer without its length");
    }
    int end = lower.indexOf('\r', at);
    String number = lower.substring(at + LENGTH.length(), end < 0 ? lower.length() : end);
    return head + 4 + Integer.parseInt(number.strip());
  }
}
