package io.skein.cache;

/**
 * A state and how new it is, read by one statement. The bytes are shared by all readers: nobody
 * changes them.
 */
public final class VersionedState {
  private final StateVersion version;
  private final byte[] data;

  /**
   * @param version of exactly this data
   * @param data what the loader made, not interpreted here; handed over, not copied
   */
  public VersionedState(StateVersion version, byte[] data) {
    this.version = version;
    this.data = data;
  }

  public StateVersion version() {
    return version;
  }

  /** The bytes themselves, not a copy. */
  public byte[] data() {
    return data;
  }

  @Override
  public String toString() {
    return version + " (" + data.length + " bytes)";
  }
}
