package io.skein.events;

/** A running subscription. Thread safe. */
public interface Subscription extends AutoCloseable {

  /** The last event that the listener has taken. */
  Sequence delivered();

  /** Ends it; the listener may still be in its last call. Closing twice changes nothing. */
  @Override
  void close();
}
