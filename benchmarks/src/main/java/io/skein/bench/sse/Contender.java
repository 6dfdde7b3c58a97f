package io.skein.bench.sse;

import io.skein.bench.load.Requests;
import java.util.List;

/** A server that sends what is published to everybody who listens. Not thread safe. */
interface Contender extends AutoCloseable {
  String name();

  /** Begins a round: what was published before reaches nobody who comes now. */
  void begin();

  int port();

  Requests requests();

  /** The processes that serve the clients. */
  List<Long> pids();

  /**
   * Publishes one event of the same size with every contender; does not wait until it is delivered.
   */
  void publish(long stamp);

  /** After the clients left: lets the server find out. */
  default void end() {
    publish(0);
    publish(0);
  }

  @Override
  void close();
}
