package io.skein.sse;

/** Why a stream of events ended. */
public enum StreamEnd {
  /** The flow's final event was written. */
  FINISHED,
  /** The client is gone, or too slow for the server's write time-out. */
  CLIENT_LEFT,
  /** The maximum age was reached; the client resumes. */
  AGED,
  /** The instance stops; the client resumes on another. */
  DRAINED,
  /** An operator ended the user's streams; the client comes again, if it may. */
  DISCONNECTED,
  /** {@link SseStream#close} was called. */
  CLOSED,
  /** Not served: too many streams, stopping, or PostgreSQL is away; the client comes again. */
  REFUSED,
  /** Serving failed, mostly because PostgreSQL is away; the client resumes. */
  FAILED
}
