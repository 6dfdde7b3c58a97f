package io.skein.bench.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A number in a file that two processes have in memory: who reads it does not disturb who counts.
 * One process writes. Thread safe.
 */
final class SharedCount {
  private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

  private final MemorySegment memory;

  /** Makes the file when it is missing. */
  SharedCount(Path file) {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES, Arena.ofAuto());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot share " + file, e);
    }
  }

  long get() {
    return (long) LONG.getAcquire(memory, 0L);
  }

  void set(long value) {
    LONG.setRelease(memory, 0L, value);
  }
}
