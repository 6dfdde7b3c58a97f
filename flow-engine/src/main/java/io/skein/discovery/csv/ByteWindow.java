package io.skein.discovery.csv;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * The part of a stream between what was consumed and what was read. It grows with the row that does
 * not fit yet; the reader's row limit bounds it.
 */
final class ByteWindow {
  private static final int READ_SIZE = 64 << 10;

  private final InputStream in;
  private byte[] bytes = new byte[2 * READ_SIZE];
  private int from;
  private int to;
  private long offset;
  private boolean ended;

  ByteWindow(InputStream in) {
    this.in = in;
  }

  byte[] bytes() {
    return bytes;
  }

  int from() {
    return from;
  }

  int to() {
    return to;
  }

  boolean ended() {
    return ended;
  }

  /** Offset in the file of the first byte that is not consumed. */
  long position() {
    return offset + from;
  }

  void consumeTo(int index) {
    from = index;
  }

  /** Reads on until {@code wanted} bytes are there or the stream ends. */
  void fillTo(int wanted) throws IOException {
    while (!ended && to - from < wanted) {
      fill();
    }
  }

  /**
   * Reads at least one more byte, or finds the end. Indexes into {@link #bytes()} are void
   * afterwards.
   */
  void fill() throws IOException {
    if (from > 0) {
      System.arraycopy(bytes, from, bytes, 0, to - from);
      offset += from;
      to -= from;
      from = 0;
    }
    if (bytes.length - to < READ_SIZE) {
      bytes = Arrays.copyOf(bytes, 2 * bytes.length);
    }
    int read = in.readNBytes(bytes, to, Math.max(READ_SIZE, Math.min(to, bytes.length - to)));
    to += read;
    ended = read == 0;
  }
}
