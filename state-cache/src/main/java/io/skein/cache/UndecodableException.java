package io.skein.cache;

/** An entry in Redis makes no sense to this build. */
final class UndecodableException extends Exception {
  private static final long serialVersionUID = 1;

  private final transient byte[] data;

  /**
   * @param data what made no sense; empty when it was not only the data
   */
  UndecodableException(byte[] data, Throwable cause) {
    super("an entry of the cache cannot be decoded", cause);
    this.data = data;
  }

  byte[] data() {
    return data;
  }
}
