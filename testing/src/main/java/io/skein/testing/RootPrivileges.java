package io.skein.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** PostgreSQL refuses to run as root: a user namespace without a mapping hides who started it. */
final class RootPrivileges {
  private RootPrivileges() {}

  /** The words to put before a PostgreSQL command; none for an ordinary user. */
  static List<String> dropping() {
    if (!idPrintedBy("id", "-u").equals("0")) {
      return List.of();
    }
    if (idPrintedBy("unshare", "-U", "id", "-u").matches("[1-9]\\d*")) {
      return List.of("unshare", "-U");
    }
    throw new IllegalStateException(
        "PostgreSQL does not run as root, and `unshare -U` is not allowed here: "
            + "run this as an ordinary user, or use external servers");
  }

  private static String idPrintedBy(String... command) {
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? output.strip() : "";
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + String.join(" ", command), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while running " + command[0], e);
    }
  }
}
