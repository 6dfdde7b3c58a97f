package io.skein.api.flows;

import io.skein.cache.StateVersion;
import io.skein.cache.VersionedState;
import io.skein.flows.Flow;
import io.skein.flows.FlowJson;
import io.skein.flows.Owner;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A flow as the state cache keeps it: the owner first, then the JSON of its state. A key proves no
 * right, so the owner is read before anything is answered.
 *
 * @param json UTF-8
 */
record CachedFlow(Owner owner, byte[] json) {

  static VersionedState encode(Flow flow, FlowJson flowJson) {
    try (ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeUTF(flow.owner().tenant());
      out.writeUTF(flow.owner().engagement());
      out.write(flowJson.bytes(flow));
      return new VersionedState(
          new StateVersion(flow.epoch(), flow.version()), bytes.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail", e);
    }
  }

  static CachedFlow decode(VersionedState state) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(state.data()))) {
      Owner owner = new Owner(in.readUTF(), in.readUTF());
      return new CachedFlow(owner, in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("the cached state is cut short", e);
    }
  }
}
