package io.skein.flows;

import java.io.InputStream;
import java.util.function.IntFunction;

/** Reads the chunks of an upload one after another; holds one at a time. Not thread safe. */
final class UploadInputStream extends InputStream {
  /** What a source answers past the last chunk. */
  static final byte[] END = new byte[0];

  private final IntFunction<byte[]> chunks;
  private int next;
  private byte[] current = END;
  private int position;
  private boolean ended;

  UploadInputStream(IntFunction<byte[]> chunks) {
    this(chunks, 0);
  }

  UploadInputStream(IntFunction<byte[]> chunks, int firstChunk) {
    this.chunks = chunks;
    this.next = firstChunk;
  }

  @Override
  public int read() {
    return fill() ? current[position++] & 0xff : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int count = Math.min(length, current.length - position);
    System.arraycopy(current, position, target, offset, count);
    position += count;
    return count;
  }

  private boolean fill() {
    while (!ended && position >= current.length) {
      current = chunks.apply(next++);
      position = 0;
      ended = current.length == 0;
    }
    return !ended;
  }
}
