package io.skein.redis;

import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** Replies of a pipeline that has been read. */
public final class PipelineReply {
  private PipelineReply() {}

  /**
   * The reply, or what the server refused the command with.
   *
   * @throws JedisConnectionException when it never came: in a cluster other servers may have
   *     answered
   */
  public static <T> T of(Response<T> response) {
    try {
      return response.get();
    } catch (IllegalStateException e) {
      throw new JedisConnectionException("a server of the cluster did not answer", e);
    }
  }
}
