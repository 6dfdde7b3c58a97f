package io.skein.discovery.csv;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;

/** Turns the bytes of a cell into text. Not thread-safe. */
final class CellDecoder {
  private final Dialect dialect;
  private final CharsetDecoder strictUtf8 = StandardCharsets.UTF_8.newDecoder();
  private final String quote;
  private final String doubledQuote;
  private boolean fellBack;

  CellDecoder(Dialect dialect) {
    this.dialect = dialect;
    this.quote = String.valueOf(dialect.quote());
    this.doubledQuote = quote + quote;
  }

  /** Whether the last cell was no UTF-8 and was read as windows-1252. */
  boolean fellBack() {
    return fellBack;
  }

  String decode(byte[] bytes, int start, int end, boolean hasDoubledQuotes) {
    String text = text(bytes, start, end);
    return hasDoubledQuotes ? text.replace(doubledQuote, quote) : text;
  }

  private String text(byte[] bytes, int start, int end) {
    fellBack = false;
    if (isAscii(bytes, start, end)) {
      return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
    }
    if (dialect.encoding() == Encoding.UTF_8) {
      try {
        return strictUtf8.decode(ByteBuffer.wrap(bytes, start, end - start)).toString();
      } catch (CharacterCodingException notUtf8) {
        fellBack = true;
      }
    }
    return new String(bytes, start, end - start, Encoding.WINDOWS_1252.charset());
  }

  private static boolean isAscii(byte[] bytes, int start, int end) {
    for (int i = start; i < end; i++) {
      if (bytes[i] < 0) {
        return false;
      }
    }
    return true;
  }
}
