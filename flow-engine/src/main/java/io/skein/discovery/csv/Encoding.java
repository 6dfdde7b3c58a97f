package io.skein.discovery.csv;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * The encodings that are read. Both hold ASCII unchanged, so rows and cells can be found in the
 * bytes.
 */
public enum Encoding {
  /**
   * UTF-8, with or without a byte order mark. A single cell that is not valid UTF-8 is read as
   * windows-1252.
   */
  UTF_8(StandardCharsets.UTF_8),
  /** windows-1252, the superset of Latin-1 that spreadsheets write. */
  WINDOWS_1252(Charset.forName("windows-1252"));

  private final Charset charset;

  Encoding(Charset charset) {
    this.charset = charset;
  }

  /** The charset behind it. */
  public Charset charset() {
    return charset;
  }
}
