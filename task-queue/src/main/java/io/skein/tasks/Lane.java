package io.skein.tasks;

/** The lane of a task: its tenant, or none, as the index that claims go along orders them. */
final class Lane {
  private Lane() {}

  /**
   * SQL for the lane of a row; written otherwise the index does not serve it.
   *
   * @param row the name of the row in the statement
   */
  static String of(String row) {
    return "(coalesce(" + row + ".tenant, '') collate \"C\")";
  }
}
