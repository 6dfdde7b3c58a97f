package io.skein.bench.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;

/** One client's stream: a scanner that finds stamps in whatever pieces the bytes come. */
final class Watcher {
  private static final byte[] GRANTED = "HTTP/1.1 200".getBytes(US_ASCII);

  private final ByteBuffer request;
  private int answered;
  private boolean inStamp;
  private long stamp;

  Watcher(byte[] request) {
    this.request = ByteBuffer.wrap(request);
  }

  /** What is still to be sent. */
  ByteBuffer request() {
    return request;
  }

  boolean granted() {
    return answered == GRANTED.length;
  }

  /** Answers false when the server says anything but 200. */
  boolean read(byte[] bytes, int count, long now, Arrivals arrivals) {
    int from = 0;
    while (answered < GRANTED.length && from < count) {
      if (bytes[from++] != GRANTED[answered++]) {
        return false;
      }
    }
    scan(bytes, from, count, now, arrivals);
    return true;
  }

  private void scan(byte[] bytes, int from, int to, long now, Arrivals arrivals) {
    boolean within = inStamp;
    long value = stamp;
    for (int i = from; i < to; i++) {
      byte next = bytes[i];
      if (next == Stamp.MARK) {
        if (within) {
          arrivals.delivered(now - value);
        }
        within = !within;
        value = 0;
      } else if (within) {
        value = value * 10 + (next - '0');
      }
    }
    inStamp = within;
    stamp = value;
  }
}
