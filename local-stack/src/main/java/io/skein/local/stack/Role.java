package io.skein.local.stack;

/** The two kinds of processes of Skein itself. */
public enum Role {
  API("api", "io.skein.api.ApiMain", "worker-service"),
  WORKER("worker", "io.skein.worker.WorkerMain", "api-service");

  private final String prefix;
  private final String mainClass;
  private final String otherModule;

  Role(String prefix, String mainClass, String otherModule) {
    this.prefix = prefix;
    this.mainClass = mainClass;
    this.otherModule = otherModule;
  }

  /** {@code api-1}, {@code worker-2}: counted from 1. */
  public String processName(int number) {
    return prefix + "-" + number;
  }

  /**
   * The class path of this JVM has both executables; of their resources, such as logback.xml, each
   * is to see its own.
   */
  Program program() {
    return Program.onThisClassPath(mainClass).without(otherModule);
  }
}
