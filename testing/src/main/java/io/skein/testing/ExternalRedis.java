package io.skein.testing;

/** A server that somebody else runs: it can be flushed and not be disturbed otherwise. */
final class ExternalRedis implements RedisServer {
  private final String url;

  ExternalRedis(String url) {
    this.url = url;
  }

  @Override
  public String url() {
    return url;
  }

  @Override
  public void flush() {
    RedisCommand.send(url, "FLUSHALL");
  }

  @Override
  public long pid() {
    throw notOurs();
  }

  @Override
  public void start() {
    throw notOurs();
  }

  @Override
  public void stop() {
    throw notOurs();
  }

  @Override
  public void kill() {
    throw notOurs();
  }

  @Override
  public void restartEmpty() {
    throw notOurs();
  }

  @Override
  public void freeze() {
    throw notOurs();
  }

  @Override
  public void thaw() {
    throw notOurs();
  }

  @Override
  public void close() {}

  private static UnsupportedOperationException notOurs() {
    return new UnsupportedOperationException(
        "the external Redis is not ours to disturb: use TestServers.newRedis()");
  }
}
