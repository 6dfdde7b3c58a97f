package io.skein.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Ends servers whose JVM was killed. A shell in a session of its own reads the process ids from a
 * pipe that only this JVM holds; when the JVM is gone, however it went, the pipe ends, and the
 * shell ends what is still on its list. Thread-safe.
 */
public final class OrphanWatch implements AutoCloseable {
  /** The list is walked from its end: what was started last ends first. */
  private static final String SCRIPT =
      """
      trap '' INT TERM HUP
      pids=; directories=
      while read -r word value; do
        case $word in
          add) pids="$value $pids" ;;
          drop) kept=; for p in $pids; do [ "$p" = "$value" ] || kept="$kept $p"; done; pids=$kept ;;
          remove) directories="$directories
      $value" ;;
          close) exit 0 ;;
        esac
      done
      for p in $pids; do kill -CONT "$p"; kill -TERM "$p"; done 2>/dev/null
      n=0
      while [ $n -lt 50 ]; do
        left=; for p in $pids; do kill -0 "$p" 2>/dev/null && left="$left $p"; done
        [ -n "$left" ] || break
        sleep 0.2; n=$((n + 1))
      done
      for p in $left; do kill -KILL "$p"; done 2>/dev/null
      printf '%s\\n' "$directories" | while read -r d; do [ -n "$d" ] && rm -rf -- "$d"; done
      """;

  private static final Logger LOG = System.getLogger(OrphanWatch.class.getName());

  private final Process shell;
  private final Writer orders;

  /** Starts the shell. */
  public OrphanWatch() {
    try {
      shell =
          new ProcessBuilder(ownSession("sh", "-c", SCRIPT))
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      orders = shell.outputWriter(StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start sh to watch over the servers", e);
    }
  }

  /** Ends this process when the JVM is gone. */
  public void add(long pid) {
    order("add " + pid);
  }

  /** Forgets a process that has ended. */
  public void drop(long pid) {
    order("drop " + pid);
  }

  /** Removes this directory when the JVM is gone. */
  public void remove(Path directory) {
    order("remove " + directory.toAbsolutePath());
  }

  /** Ends the watch; nothing more happens to the processes on its list. */
  @Override
  public void close() {
    if (shell.isAlive()) {
      order("close");
    }
  }

  private synchronized void order(String line) {
    try {
      orders.write(line + "\n");
      orders.flush();
    } catch (IOException e) {
      // The owner ends its servers itself; without the shell only its own sudden death leaves some.
      LOG.log(Level.WARNING, "the watch over the servers has ended: " + line, e);
    }
  }

  /**
   * Puts a command where Ctrl-C in the terminal does not reach it: in a session or process group of
   * its own.
   */
  public static String[] ownSession(String... command) {
    String[] prefix =
        Path.of("/usr/bin/setsid").toFile().canExecute()
            ? new String[] {"/usr/bin/setsid"}
            : new String[] {"perl", "-e", "setpgrp(0, 0); exec @ARGV or die", "--"};
    String[] all = new String[prefix.length + command.length];
    System.arraycopy(prefix, 0, all, 0, prefix.length);
    System.arraycopy(command, 0, all, prefix.length, command.length);
    return all;
  }
}
