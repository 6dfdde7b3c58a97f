package io.skein.testing;

/**
 * A Redis server that tests use and disturb; its port stays the same over every restart. Not for
 * concurrent use, but for {@link #url} and {@link #flush}.
 *
 * <p>A server that is not ours ({@code external}) refuses to be disturbed with {@link
 * UnsupportedOperationException}; {@link TestServers#newRedis} always gives one that can be.
 */
public interface RedisServer extends AutoCloseable {

  /** {@code redis://host:port}. */
  String url();

  /** The process id. */
  long pid();

  /**
   * Starts the server after {@link #stop} or {@link #kill}: empty, unless it keeps an append-only
   * file.
   */
  void start();

  /** SIGTERM, and waits for its end. */
  void stop();

  /** SIGKILL, and waits for its end. */
  void kill();

  /** {@link #kill} and {@link #start} without the data, append-only file or not. */
  void restartEmpty();

  /** SIGSTOP: connections hang, none is refused. */
  void freeze();

  /** SIGCONT after {@link #freeze}. */
  void thaw();

  /** {@code FLUSHALL}. */
  void flush();

  /** Stops the server for good and removes what it wrote, unless it was told to keep it. */
  @Override
  void close();
}
