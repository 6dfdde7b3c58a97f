package io.skein.tasks;

import io.skein.postgres.Database;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows PostgreSQL that this process lives: an advisory lock on a connection of its own, which the
 * kernel closes when the process dies. A connection that is cut while the process lives is noticed
 * at once and replaced, the lock taken again under the same key; meanwhile nothing is claimed. The
 * identity is new with each start, so a successor of the same name inherits nothing.
 */
final class WorkerPresence implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerPresence.class);
  private static final Duration LISTEN = Duration.ofSeconds(2);

  /**
   * How late an answer may be. The driver closes a connection that it has waited for in vain, so
   * there is no second question; while a machine stands still an answer takes seconds.
   */
  private static final Duration ANSWER = Duration.ofSeconds(4);

  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final Duration COMPLAIN = Duration.ofMinutes(1);

  private final Database database;
  private final Reach reach;
  private final String identity;
  private @Nullable Connection connection;
  private boolean held;
  private boolean closed;
  private long complainAt = System.nanoTime();
  private @Nullable Thread thread;

  WorkerPresence(Database database, String name, Reach reach) {
    this.database = database;
    this.reach = reach;
    byte[] nonce = new byte[6];
    new SecureRandom().nextBytes(nonce);
    this.identity = name + "@" + HexFormat.of().formatHex(nonce);
  }

  String identity() {
    return identity;
  }

  void start() {
    thread = Thread.ofPlatform().name("skein-worker-presence").daemon().start(this::run);
  }

  /** Waits until others see that this worker lives. */
  synchronized void awaitHeld() throws InterruptedException {
    while (!held) {
      wait();
    }
  }

  synchronized boolean held() {
    return held;
  }

  /** Lets the lock go by closing the connection. */
  @Override
  public void close() {
    Connection open;
    synchronized (this) {
      closed = true;
      held = false;
      open = connection;
    }
    if (open != null) {
      abort(open);
    }
    if (thread != null) {
      thread.interrupt();
    }
  }

  private void run() {
    while (!isClosed()) {
      try (Connection fresh = database.connectDirectly()) {
        lock(fresh);
        hold(fresh);
        PGConnection listening = fresh.unwrap(PGConnection.class);
        while (!isClosed()) {
          // Blocks in the socket's read, so a cut is seen at once; no notification ever comes.
          var unused = listening.getNotifications((int) LISTEN.toMillis());
          // A host that vanished closes nothing: only an answer shows that the lock is still held.
          if (!fresh.isValid((int) ANSWER.toSeconds())) {
            throw new SQLException("the connection that shows this worker's presence is dead");
          }
        }
      } catch (SQLException | RuntimeException | Error e) {
        lost(e); // whatever it was, the lock is gone with the connection
      }
    }
  }

  /** A half-open predecessor of this very process may still hold the lock; it is ended first. */
  private void lock(Connection fresh) throws SQLException {
    try (PreparedStatement end =
            fresh.prepareStatement(
                "select pg_terminate_backend(pid) from live_workers"
                    + " where key = hashtextextended(?, 0) and pid <> pg_backend_pid()");
        PreparedStatement lock =
            fresh.prepareStatement("select pg_advisory_lock(hashtextextended(?, 0))")) {
      end.setString(1, identity);
      end.execute();
      lock.setString(1, identity);
      lock.execute();
    }
  }

  private synchronized void hold(Connection fresh) throws SQLException {
    if (closed) {
      throw new SQLException("the worker stopped");
    }
    connection = fresh;
    held = true;
    notifyAll();
  }

  private void lost(Throwable e) {
    boolean wasHeld;
    synchronized (this) {
      if (closed) {
        return;
      }
      wasHeld = held;
      held = false;
      connection = null;
    }
    reach.missed(System.nanoTime());
    if (wasHeld) {
      LOG.warn("the connection that shows this worker's presence was lost; taking it again", e);
      return; // at once: others may reap when they see the lock free twice
    }
    if (System.nanoTime() - complainAt >= 0) {
      complainAt = System.nanoTime() + COMPLAIN.toNanos();
      LOG.warn("this worker claims nothing, since PostgreSQL does not answer; trying again", e);
    }
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private static void abort(Connection open) {
    try {
      open.abort(Runnable::run);
    } catch (SQLException e) {
      LOG.debug("the connection was closed already", e);
    }
  }
}
