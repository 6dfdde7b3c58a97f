package io.skein.api.flows;

import io.skein.cache.StateCodec;
import io.skein.cache.StateMetadata;
import io.skein.cache.StateVersion;
import io.skein.cache.Versioned;
import io.skein.flows.Flow;
import io.skein.flows.FlowJson;
import io.skein.flows.Owner;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;

/**
 * A flow as the state cache keeps it: the owner first, then the JSON of its state. A key proves no
 * right, so the owner is read before anything is answered.
 *
 * @param json UTF-8
 */
record CachedFlow(Owner owner, StateMetadata metadata, byte[] json) {
  /** To be raised with each change of what is written here or of {@link FlowJson}. */
  private static final byte FORMAT = 1;

  static final StateCodec<CachedFlow> CODEC = new Codec();

  static Versioned<CachedFlow> of(Flow flow, FlowJson flowJson) {
    StateMetadata metadata =
        new StateMetadata(
            flow.status().wireName(), flow.currentPhases().getFirst(), flow.updatedAt());
    return new Versioned<>(
        new StateVersion(flow.epoch(), flow.version()),
        new CachedFlow(flow.owner(), metadata, flowJson.bytes(flow)));
  }

  private static final class Codec implements StateCodec<CachedFlow> {
    @Override
    public byte[] encode(CachedFlow flow) {
      try (ByteArrayOutputStream bytes = new ByteArrayOutputStream(flow.json.length + 128);
          DataOutputStream out = new DataOutputStream(bytes)) {
        out.writeByte(FORMAT);
        out.writeUTF(flow.owner.tenant());
        out.writeUTF(flow.owner.engagement());
        out.writeUTF(flow.metadata.status());
        out.writeUTF(flow.metadata.phase());
        out.writeLong(flow.metadata.updated().getEpochSecond());
        out.writeInt(flow.metadata.updated().getNano());
        out.write(flow.json);
        return bytes.toByteArray();
      } catch (IOException e) {
        throw new UncheckedIOException("memory cannot fail", e);
      }
    }

    @Override
    public CachedFlow decode(byte[] bytes) {
      try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
        byte format = in.readByte();
        if (format != FORMAT) {
          throw new IllegalArgumentException("a cached state of format " + format);
        }
        Owner owner = new Owner(in.readUTF(), in.readUTF());
        String status = in.readUTF();
        String phase = in.readUTF();
        Instant updated = Instant.ofEpochSecond(in.readLong(), in.readInt());
        return new CachedFlow(owner, new StateMetadata(status, phase, updated), in.readAllBytes());
      } catch (IOException e) {
        throw new UncheckedIOException("the cached state is cut short", e);
      }
    }

    @Override
    public StateMetadata metadata(CachedFlow flow) {
      return flow.metadata;
    }
  }
}
