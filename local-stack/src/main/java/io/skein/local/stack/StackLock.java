package io.skein.local.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * One process at a time runs the stack of a directory. The kernel gives the lock back when that
 * process dies.
 */
final class StackLock implements AutoCloseable {
  private static final int LONGEST = 1 << 20;

  /**
   * The kernel's lock belongs to the process, and closing the file anywhere in it gives it back.
   */
  private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final FileChannel channel;

  private StackLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** The lock, or nothing when another process (or another stack of this JVM) has it. */
  static Optional<StackLock> tryTake(Path path) {
    Path file = path.toAbsolutePath().normalize();
    if (!HELD_HERE.add(file)) {
      return Optional.empty();
    }
    Optional<StackLock> taken = Optional.empty();
    try {
      Files.createDirectories(file.getParent());
      taken = tryTakeFromOthers(file);
      return taken;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot lock " + file, e);
    } finally {
      if (taken.isEmpty()) {
        HELD_HERE.remove(file);
      }
    }
  }

  private static Optional<StackLock> tryTakeFromOthers(Path file) throws IOException {
    while (true) {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (channel.tryLock() == null) {
        channel.close();
        return Optional.empty();
      }
      if (isStillThatFile(file, channel)) {
        return Optional.of(new StackLock(file, channel));
      }
      channel.close();
    }
  }

  /**
   * The last owner removes the file; who opened it before that holds a lock on a file without a
   * name. A random length tells the two apart from outside: to open the file a second time would
   * give the lock back.
   */
  private static boolean isStillThatFile(Path file, FileChannel channel) throws IOException {
    int length = ThreadLocalRandom.current().nextInt(1, LONGEST);
    channel.truncate(0);
    channel.write(ByteBuffer.allocate(1), length - 1L);
    try {
      return Files.size(file) == length;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(file);
      channel.close();
      HELD_HERE.remove(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot release " + file, e);
    }
  }
}
