package io.skein.bench;

import java.io.IOException;
import java.util.List;

/**
 * Which core a process runs on. Servers get the first and the load generator the second, so that
 * they do not take turns and no rival wins by using the client's core. Without taskset, or with one
 * core, the system decides.
 */
public enum Cores {
  SERVER("0"),
  CLIENT("1");

  private final String list;

  Cores(String list) {
    this.list = list;
  }

  /** Moves all threads of a process here; answers whether that was possible. */
  public boolean take(long pid) {
    if (Runtime.getRuntime().availableProcessors() < 2) {
      return false;
    }
    try {
      return new ProcessBuilder(List.of("taskset", "-acp", list, String.valueOf(pid)))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false; // there is no taskset
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while moving a process to a core", e);
    }
  }
}
