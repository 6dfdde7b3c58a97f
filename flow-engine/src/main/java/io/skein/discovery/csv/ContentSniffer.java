package io.skein.discovery.csv;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Recognises what is no CSV by its first bytes. */
final class ContentSniffer {
  private static final String SAVE_AS =
      " Export the list as CSV (in a spreadsheet: save as \"CSV UTF-8\") and upload that file.";

  private enum Format {
    PDF("a PDF document", "%PDF"),
    ZIP("a ZIP archive or an Excel workbook (.xlsx)", "PK\u0003\u0004"),
    EMPTY_ZIP("an empty ZIP archive", "PK\u0005\u0006"),
    OFFICE("an old Office document (.xls or .doc)", "\u00d0\u00cf\u0011\u00e0"),
    GZIP("a gzip archive", "\u001f\u008b"),
    BZIP2("a bzip2 archive", "BZh"),
    XZ("an xz archive", "\u00fd7zXZ"),
    ZSTD("a zstd archive", "\u0028\u00b5\u002f\u00fd"),
    SEVEN_ZIP("a 7z archive", "7z\u00bc\u00af"),
    RAR("a RAR archive", "Rar!"),
    PNG("a PNG image", "\u0089PNG"),
    JPEG("a JPEG image", "\u00ff\u00d8\u00ff"),
    GIF("a GIF image", "GIF8"),
    PROGRAM("a program", "\u007fELF"),
    SQLITE("an SQLite database", "SQLite format 3"),
    PARQUET("a Parquet file", "PAR1"),
    RTF("an RTF document", "{\\rtf"),
    XML("an XML document", "<?xml"),
    HTML("an HTML page", "<html"),
    DOCTYPE("an HTML page", "<!doctype"),
    JSON_OBJECT("JSON", "{\""),
    JSON_OBJECT_SPREAD("JSON", "{\n"),
    JSON_ARRAY("JSON", "[{"),
    JSON_ARRAY_SPREAD("JSON", "[\n");

    private final String title;
    private final byte[] magic;

    Format(String title, String magic) {
      this.title = title;
      this.magic = magic.getBytes(StandardCharsets.ISO_8859_1);
    }

    boolean startsAt(byte[] bytes, int from, int to) {
      for (int i = 0; i < magic.length; i++) {
        if (from + i >= to
            || Character.toLowerCase(bytes[from + i] & 0xff)
                != Character.toLowerCase(magic[i] & 0xff)) {
          return false;
        }
      }
      return true;
    }
  }

  private ContentSniffer() {}

  /** The reason why the bytes, the start of a file, are no CSV; null if they may be. */
  static @Nullable Refusal refusal(byte[] bytes, int from, int to) {
    if (isUtf16(bytes, from, to)) {
      return new Refusal(
          "unsupported_encoding",
          "The file is encoded as UTF-16 or UTF-32, which is not read." + SAVE_AS);
    }
    for (Format format : Format.values()) {
      if (format.startsAt(bytes, from, to)) {
        return new Refusal("not_csv", "The file is " + format.title + ", not CSV." + SAVE_AS);
      }
    }
    int controls = 0;
    for (int i = from; i < to; i++) {
      int value = bytes[i] & 0xff;
      controls +=
          value < ' ' && value != '\t' && value != '\n' && value != '\r' && value != 0 ? 1 : 0;
    }
    if (controls > 8 && controls * 20 > to - from) {
      return new Refusal("not_csv", "The file holds binary data, not text." + SAVE_AS);
    }
    return null;
  }

  static Refusal nulByte(long line) {
    return new Refusal(
        "nul_byte",
        "Line " + line + " holds a NUL byte, so this is no text file or a damaged one." + SAVE_AS);
  }

  /** A byte order mark, or NUL in every second place as ASCII has it in UTF-16. */
  private static boolean isUtf16(byte[] bytes, int from, int to) {
    if (to - from < 2) {
      return false;
    }
    int first = bytes[from] & 0xff;
    int second = bytes[from + 1] & 0xff;
    if ((first == 0xff && second == 0xfe) || (first == 0xfe && second == 0xff)) {
      return true;
    }
    int looked = Math.min(to - from, 2_000) / 2;
    int[] nuls = new int[2];
    for (int i = 0; i < 2 * looked; i++) {
      nuls[i & 1] += bytes[from + i] == 0 ? 1 : 0;
    }
    return looked >= 4 && (nuls[0] * 10 > looked * 8) != (nuls[1] * 10 > looked * 8);
  }
}
