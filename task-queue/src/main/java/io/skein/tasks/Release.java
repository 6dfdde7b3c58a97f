package io.skein.tasks;

import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Lets tasks go that waited for others, in the transaction in which those end. */
final class Release {
  private Release() {}

  /**
   * @param ended tasks that have just ended; that nobody waits for most of them costs little
   * @return what is queued now
   */
  static List<Hint> after(Handle handle, Collection<TaskId> ended) {
    if (ended.isEmpty()) {
      return List.of();
    }
    return handle
        .createQuery("select task as id, queue, priority from skein_release(:ended)")
        .bindArray("ended", UUID.class, ended.stream().map(TaskId::value).toList())
        .map((row, context) -> Hint.read(row))
        .list();
  }
}
