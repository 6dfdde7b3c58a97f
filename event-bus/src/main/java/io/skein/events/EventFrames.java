package io.skein.events;

import io.skein.postgres.TraceParent;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Events as bytes in Redis: a frame begins with its own length, so frames written one after the
 * other are a message. A frame of a version that this software does not know ends the reading; the
 * reader then asks PostgreSQL.
 */
final class EventFrames {
  /** A larger event is kept in PostgreSQL alone; Redis only says that there is one. */
  static final int MAX_FRAME_BYTES = 32 * 1024;

  private static final byte VERSION = 2;
  private static final int FIXED_BYTES = 4 + 1 + 6 * 8 + 6 * 4;
  private static final byte[] NOT_KEPT = {};

  private EventFrames() {}

  /** The frame, or an empty one when the event is too large. */
  static byte[] encode(StoredEvent event) {
    byte[][] texts = {
      bytes(event.type()),
      bytes(event.phase()),
      bytes(event.source()),
      bytes(event.correlationId()),
      bytes(event.trace() == null ? null : event.trace().toString()),
      bytes(event.payloadJson())
    };
    int length = FIXED_BYTES;
    for (byte[] text : texts) {
      length += text == null ? 0 : text.length;
    }
    if (length > MAX_FRAME_BYTES) {
      return NOT_KEPT;
    }
    ByteBuffer frame = ByteBuffer.allocate(length);
    frame.putInt(length - 4).put(VERSION);
    frame.putLong(event.id().epoch().millis()).putLong(event.seq());
    frame.putLong(event.eventId().getMostSignificantBits());
    frame.putLong(event.eventId().getLeastSignificantBits());
    frame.putLong(event.stateVersion());
    frame.putLong(ChronoUnit.MICROS.between(Instant.EPOCH, event.occurredAt()));
    for (byte[] text : texts) {
      frame.putInt(text == null ? -1 : text.length);
      if (text != null) {
        frame.put(text);
      }
    }
    return frame.array();
  }

  /** All frames from an offset on, up to the first that cannot be read or is none. */
  static List<StoredEvent> decode(StreamId stream, byte[] bytes, int offset) {
    List<StoredEvent> events = new ArrayList<>();
    ByteBuffer frames = ByteBuffer.wrap(bytes, offset, bytes.length - offset);
    while (frames.remaining() >= FIXED_BYTES) {
      int length = frames.getInt();
      if (length > frames.remaining() || frames.get() != VERSION) {
        break;
      }
      try {
        events.add(event(stream, frames));
      } catch (BufferUnderflowException | IllegalArgumentException notOurs) {
        break;
      }
    }
    return events;
  }

  private static StoredEvent event(StreamId stream, ByteBuffer frame) {
    EventId id = new EventId(new Epoch(frame.getLong()), new Sequence(frame.getLong()));
    UUID eventId = new UUID(frame.getLong(), frame.getLong());
    long stateVersion = frame.getLong();
    Instant occurredAt = Instant.EPOCH.plus(frame.getLong(), ChronoUnit.MICROS);
    String type = required(text(frame));
    String phase = text(frame);
    String source = required(text(frame));
    String correlationId = text(frame);
    TraceParent trace = TraceParent.parse(text(frame)).orElse(null);
    String payload = required(text(frame));
    return new StoredEvent(
        stream,
        id,
        eventId,
        stateVersion,
        type,
        phase,
        payload,
        source,
        correlationId,
        trace,
        occurredAt);
  }

  private static byte @Nullable [] bytes(@Nullable String text) {
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }

  private static @Nullable String text(ByteBuffer frame) {
    int length = frame.getInt();
    if (length < 0) {
      return null;
    }
    if (length > frame.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[length];
    frame.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static String required(@Nullable String text) {
    if (text == null) {
      throw new IllegalArgumentException("an event's frame lacks a text that every event has");
    }
    return text;
  }
}
