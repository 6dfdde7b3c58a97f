package io.skein.tasks;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Rows in the binary format of COPY (PostgreSQL's manual, "COPY", section "Binary Format"), which
 * saves the server the parsing of texts. Fields are written in the order of the columns, each row
 * after {@link #row}. Not thread safe.
 */
final class BinaryCopy {
  private static final byte[] SIGNATURE = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0
  };
  private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");
  private static final int JSONB_VERSION = 1;
  private static final int NULL = -1;
  private static final int END = -1;

  private final ByteArrayOutputStream bytes;
  private final DataOutputStream out;
  private final int columns;

  /**
   * @param columns of each row
   * @param size expected, in bytes
   */
  BinaryCopy(int columns, int size) {
    this.columns = columns;
    this.bytes = new ByteArrayOutputStream(size);
    this.out = new DataOutputStream(bytes);
    write(() -> {
      out.write(SIGNATURE);
      out.writeInt(0); // flags
      out.writeInt(0); // length of the header's extension
    });
  }

  BinaryCopy row() {
    return write(() -> out.writeShort(columns));
  }

  BinaryCopy uuid(@Nullable UUID value) {
    return value == null
        ? nothing()
        : write(() -> {
          out.writeInt(16);
          out.writeLong(value.getMostSignificantBits());
          out.writeLong(value.getLeastSignificantBits());
        });
  }

  BinaryCopy text(@Nullable String value) {
    return value == null
        ? nothing()
        : write(() -> {
          byte[] text = value.getBytes(StandardCharsets.UTF_8);
          out.writeInt(text.length);
          out.write(text);
        });
  }

  BinaryCopy jsonb(String value) {
    return write(() -> {
      byte[] text = value.getBytes(StandardCharsets.UTF_8);
      out.writeInt(text.length + 1);
      out.writeByte(JSONB_VERSION);
      out.write(text);
    });
  }

  BinaryCopy smallint(int value) {
    return write(() -> {
      out.writeInt(2);
      out.writeShort(value);
    });
  }

  BinaryCopy integer(int value) {
    return write(() -> {
      out.writeInt(4);
      out.writeInt(value);
    });
  }

  /** With milliseconds, as {@code skein_enqueue} takes them. */
  BinaryCopy interval(Duration value) {
    return write(() -> {
      out.writeInt(16);
      out.writeLong(value.toMillis() * 1_000);
      out.writeInt(0); // days
      out.writeInt(0); // months
    });
  }

  /** With microseconds, which is all that PostgreSQL keeps. */
  BinaryCopy timestamp(@Nullable Instant value) {
    return value == null
        ? nothing()
        : write(() -> {
          out.writeInt(8);
          out.writeLong(ChronoUnit.MICROS.between(EPOCH, value));
        });
  }

  private BinaryCopy nothing() {
    return write(() -> out.writeInt(NULL));
  }

  /** All rows, ended. */
  byte[] toByteArray() {
    write(() -> out.writeShort(END));
    return bytes.toByteArray();
  }

  private BinaryCopy write(Write write) {
    try {
      write.run();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
  }

  @FunctionalInterface
  private interface Write {
    void run() throws IOException;
  }
}
