package io.skein.local.stack;

/** The two kinds of processes of Skein itself. */
public enum Role {
  API("api", "io.skein.api.ApiMain"),
  WORKER("worker", "io.skein.worker.WorkerMain");

  private final String prefix;
  private final String mainClass;

  Role(String prefix, String mainClass) {
    this.prefix = prefix;
    this.mainClass = mainClass;
  }

  /** {@code api-1}, {@code worker-2}: counted from 1. */
  public String processName(int number) {
    return prefix + "-" + number;
  }

  Program program() {
    return Program.onThisClassPath(mainClass);
  }
}
