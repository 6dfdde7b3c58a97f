package io.skein.discovery.mapping;

/**
 * The unit of a quantity column that does not write it in each cell. Binary multiples: 1 GB is 1024
 * MB.
 */
public enum Unit {
  BYTES(1L),
  KB(1L << 10),
  MB(1L << 20),
  GB(1L << 30),
  TB(1L << 40);

  private final long bytes;

  Unit(long bytes) {
    this.bytes = bytes;
  }

  /** Bytes in one of it. */
  public long bytes() {
    return bytes;
  }
}
