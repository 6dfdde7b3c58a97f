package io.skein.discovery.csv;

/** Tells UTF-8 from windows-1252 by what the bytes above ASCII look like. */
final class EncodingDetector {
  private EncodingDetector() {}

  /**
   * UTF-8 unless more of the bytes above ASCII speak against it than for it; pure ASCII is UTF-8. A
   * character cut off at the end is ignored.
   */
  static Encoding detect(byte[] bytes, int from, int to) {
    int valid = 0;
    int invalid = 0;
    int at = from;
    while (at < to) {
      if (bytes[at] >= 0) {
        at++;
        continue;
      }
      int length = lengthOf(bytes[at] & 0xff);
      if (length > 0 && at + length > to) {
        break;
      }
      if (length > 0 && continues(bytes, at + 1, at + length)) {
        valid++;
        at += length;
      } else {
        invalid++;
        at++;
      }
    }
    return invalid > valid ? Encoding.WINDOWS_1252 : Encoding.UTF_8;
  }

  private static int lengthOf(int lead) {
    if (lead >= 0xc2 && lead <= 0xdf) {
      return 2;
    }
    if (lead >= 0xe0 && lead <= 0xef) {
      return 3;
    }
    return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
  }

  private static boolean continues(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if ((bytes[i] & 0xc0) != 0x80) {
        return false;
      }
    }
    return true;
  }
}
