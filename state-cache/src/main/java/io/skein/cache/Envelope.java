package io.skein.cache;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * States as bytes in Redis: a mark of what follows, then the encoded value as it is, or its length
 * and the value in zlib's format, whose checksum tells a damaged one. Thread safe.
 */
final class Envelope<V> {
  private static final byte PLAIN = 1;
  private static final byte COMPRESSED = 2;
  private static final byte ABSENT = 3;
  private static final byte[] ABSENCE = {ABSENT};
  private static final int HEAD = 1 + Integer.BYTES;

  private final StateCodec<V> codec;
  private final CacheSettings.Sizes sizes;

  Envelope(StateCodec<V> codec, CacheSettings.Sizes sizes) {
    this.codec = codec;
    this.sizes = sizes;
  }

  /**
   * @param plainBytes of the encoded value
   */
  record Sealed(byte[] data, byte[] metadata, int plainBytes) {}

  /** Empty when the value is too large to be kept. */
  Optional<Sealed> seal(Versioned<V> state) {
    byte[] plain = codec.encode(state.value());
    if (plain.length > sizes.largest()) {
      return Optional.empty();
    }
    byte[] data = plain.length < sizes.compressedFrom() ? marked(plain) : compressed(plain);
    return Optional.of(new Sealed(data, metadata(state), plain.length));
  }

  static Sealed sealAbsence() {
    return new Sealed(ABSENCE, new byte[0], 0);
  }

  /**
   * @throws UndecodableException when this is nothing that {@link #seal} made, or of another build
   */
  Entry<V> open(StateVersion version, byte[] data) throws UndecodableException {
    if (data.length == 1 && data[0] == ABSENT) {
      return Entry.absent(version);
    }
    try {
      byte[] plain = plain(data);
      return new Entry<>(version, codec.decode(plain), plain.length);
    } catch (RuntimeException | DataFormatException e) {
      throw new UndecodableException(data, e);
    }
  }

  /** The metadata, if they are of that version. */
  static Optional<StateMetadata> metadata(StateVersion version, byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      if (!new StateVersion(in.readLong(), in.readLong()).equals(version)) {
        return Optional.empty();
      }
      Instant updated = Instant.ofEpochSecond(in.readLong(), in.readInt());
      return Optional.of(new StateMetadata(in.readUTF(), in.readUTF(), updated));
    } catch (IOException e) {
      return Optional.empty(); // an absence, or of another build: the state itself will tell
    }
  }

  private byte[] metadata(Versioned<V> state) {
    StateMetadata metadata = codec.metadata(state.value());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeLong(state.version().epoch());
      out.writeLong(state.version().version());
      out.writeLong(metadata.updated().getEpochSecond());
      out.writeInt(metadata.updated().getNano());
      out.writeUTF(metadata.status());
      out.writeUTF(metadata.phase());
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail", e);
    }
    return bytes.toByteArray();
  }

  private static byte[] marked(byte[] plain) {
    return ByteBuffer.allocate(1 + plain.length).put(PLAIN).put(plain).array();
  }

  private static byte[] compressed(byte[] plain) {
    Deflater deflater = new Deflater(Deflater.BEST_SPEED);
    try {
      deflater.setInput(plain);
      deflater.finish();
      ByteBuffer out = ByteBuffer.allocate(HEAD + plain.length);
      out.put(COMPRESSED).putInt(plain.length);
      deflater.deflate(out);
      // What does not shrink is kept as it is.
      return deflater.finished() ? bytes(out.flip()) : marked(plain);
    } finally {
      deflater.end();
    }
  }

  private byte[] plain(byte[] data) throws DataFormatException {
    ByteBuffer in = ByteBuffer.wrap(data);
    byte mark = in.get();
    if (mark == PLAIN) {
      return bytes(in);
    }
    int length = mark == COMPRESSED ? in.getInt() : -1;
    if (length < 0 || length > sizes.largest()) {
      throw new DataFormatException("no state begins with " + mark + " and " + length);
    }
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(in);
      byte[] plain = new byte[length];
      int written = inflater.inflate(plain);
      // The checksum at the end is read only by a call that has room left.
      if (written != length || !(inflater.finished() || endsAt(inflater))) {
        throw new DataFormatException("a compressed state has another length than it says");
      }
      return plain;
    } finally {
      inflater.end();
    }
  }

  private static boolean endsAt(Inflater inflater) throws DataFormatException {
    return inflater.inflate(new byte[1]) == 0 && inflater.finished();
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }
}
