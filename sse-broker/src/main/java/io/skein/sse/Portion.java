package io.skein.sse;

import io.skein.events.Epoch;
import java.util.ArrayList;
import java.util.List;

/**
 * What one write brings to a client: the events that it wants and, when the last one was skipped,
 * that one's id alone. Such a line is not dispatched by EventSource, but becomes its last event id
 * (HTML, section 9.2.6). Not thread safe.
 */
final class Portion<P> {
  private final List<byte[]> frames = new ArrayList<>();
  private P reached;
  private boolean skippedLast;
  private long bytes;

  Portion(P from) {
    this.reached = from;
  }

  void take(P place, byte[] frame) {
    frames.add(frame);
    bytes += frame.length;
    reached = place;
    skippedLast = false;
  }

  void skip(P place) {
    reached = place;
    skippedLast = true;
  }

  /** The place of the last event, taken or skipped. */
  P reached() {
    return reached;
  }

  /** How many bytes were taken. */
  long bytes() {
    return bytes;
  }

  List<byte[]> frames(Epoch epoch) {
    if (skippedLast) {
      frames.add(SseFrames.id(epoch, reached));
      skippedLast = false;
    }
    return frames;
  }
}
