package io.skein.api.events;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.eclipse.jetty.ee10.servlet.HttpOutput;
import org.jspecify.annotations.Nullable;

/**
 * Collects frames and hands them to Jetty at a flush, in one write. Between two flushes a stream
 * that has nothing to say holds no buffer; Jetty's own would be 32 KiB outside the heap for each.
 * Not thread safe.
 */
final class FrameOutput extends OutputStream {
  private static final int FIRST_BYTES = 512;

  private final HttpOutput out;
  private @Nullable ByteArrayOutputStream collected;

  FrameOutput(HttpOutput out) {
    this.out = out;
  }

  @Override
  public void write(int one) {
    room().write(one);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    room().write(bytes, offset, length);
  }

  /** Blocks until the kernel has taken everything. */
  @Override
  public void flush() throws IOException {
    ByteArrayOutputStream frames = collected;
    if (frames != null) {
      collected = null;
      out.write(ByteBuffer.wrap(frames.toByteArray()));
    }
  }

  private ByteArrayOutputStream room() {
    ByteArrayOutputStream room = collected;
    if (room == null) {
      room = new ByteArrayOutputStream(FIRST_BYTES);
      collected = room;
    }
    return room;
  }
}
