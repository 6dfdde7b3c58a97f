package io.skein.tasks;

/**
 * Tasks by a filter were looked for longer than five seconds, without an answer. A narrower filter
 * has one, as does the same when the database is less busy.
 */
public final class FilterTooWideException extends RuntimeException {
  FilterTooWideException(Throwable cause) {
    super(
        "the tasks of this filter were not found within five seconds; narrow it, for example to"
            + " the dead ones of a queue, or by when they ended",
        cause);
  }
}
