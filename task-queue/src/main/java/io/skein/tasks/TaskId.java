package io.skein.tasks;

import io.skein.postgres.Identifiers;
import java.util.UUID;

/** The id of a task, a UUID version 7. */
public record TaskId(UUID value) {
  /** A new id, for who needs it before the task is enqueued. */
  public static TaskId next() {
    return new TaskId(Identifiers.next());
  }

  /**
   * @throws IllegalArgumentException when the text is not a UUID
   */
  public static TaskId parse(String text) {
    return new TaskId(UUID.fromString(text));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
