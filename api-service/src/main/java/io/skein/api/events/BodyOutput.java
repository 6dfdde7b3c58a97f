package io.skein.api.events;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Blocker;
import org.jspecify.annotations.Nullable;

/**
 * The body of a response that ends with its connection: what was written since the last flush goes
 * to the socket at once. Holds nothing between two flushes, and what waits for a slow client are
 * the arrays themselves, which its neighbours share: they must not change after they were given.
 * Not thread safe.
 */
final class BodyOutput extends OutputStream {
  /** Below this, one buffer is faster than many, and small enough to wait for a slow client. */
  private static final int COPIED_BYTES = 8 << 10;

  private final EndPoint endPoint;
  private @Nullable List<ByteBuffer> written;

  BodyOutput(EndPoint endPoint) {
    this.endPoint = endPoint;
  }

  @Override
  public void write(int one) {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    List<ByteBuffer> open = written;
    if (open == null) {
      open = new ArrayList<>(2);
      written = open;
    }
    open.add(ByteBuffer.wrap(bytes, offset, length));
  }

  /** Blocks until the kernel has taken everything; fails when it takes nothing for too long. */
  @Override
  public void flush() throws IOException {
    List<ByteBuffer> taken = written;
    if (taken == null) {
      return;
    }
    written = null;
    ByteBuffer[] buffers = joined(taken);
    if (endPoint.flush(buffers)) {
      return; // as nearly always: the kernel has room
    }
    try (Blocker.Callback done = Blocker.callback()) {
      endPoint.write(done, buffers);
      done.block();
    }
  }

  private static ByteBuffer[] joined(List<ByteBuffer> buffers) {
    int bytes = buffers.stream().mapToInt(ByteBuffer::remaining).sum();
    if (buffers.size() == 1 || bytes > COPIED_BYTES) {
      return buffers.toArray(ByteBuffer[]::new);
    }
    ByteBuffer all = ByteBuffer.allocate(bytes);
    buffers.forEach(all::put);
    return new ByteBuffer[] {all.flip()};
  }
}
