package io.skein.local.stack;

import io.skein.testing.FreePort;

/** Says early and by name which port is taken. */
final class PortCheck {
  private PortCheck() {}

  static void requireFree(String process, int port) {
    if (!FreePort.isFree(port)) {
      throw new StackFailure(
          "port %d, needed by %s, is taken by another program; choose other ports with --port-base"
              .formatted(port, process));
    }
  }
}
