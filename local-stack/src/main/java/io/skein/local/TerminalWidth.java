package io.skein.local;

import java.io.Console;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.OptionalInt;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** Whether there is a terminal that can draw over itself, and how wide it is. */
final class TerminalWidth {
  private static final int DEFAULT = 80;

  private TerminalWidth() {}

  /** The columns; nothing for a pipe, a file or a terminal without cursor movements. */
  static OptionalInt find() {
    Console console = System.console();
    if (console == null || !console.isTerminal()) {
      return OptionalInt.empty();
    }
    try (Terminal terminal = TerminalBuilder.builder().system(true).dumb(true).build()) {
      if (terminal.getType().startsWith(Terminal.TYPE_DUMB)) {
        return OptionalInt.empty();
      }
      return OptionalInt.of(terminal.getColumns() > 0 ? terminal.getColumns() : DEFAULT);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look at the terminal", e);
    }
  }
}
