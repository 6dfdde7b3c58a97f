package io.skein.cache;

/**
 * Makes bytes of values and values of bytes, for the level that processes share. Thread safe.
 *
 * @param <V> immutable values
 */
public interface StateCodec<V> {
  /** The value as bytes; compression and versions are the cache's business. */
  byte[] encode(V value);

  /**
   * The value of these bytes. Whatever it throws means that they are not what {@link #encode}
   * makes, for example in another build: they are removed and the state is loaded anew.
   */
  V decode(byte[] bytes);

  /** What {@link StateCache#metadata} answers of this value. */
  StateMetadata metadata(V value);
}
