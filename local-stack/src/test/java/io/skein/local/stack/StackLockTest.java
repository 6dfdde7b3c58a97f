package io.skein.local.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StackLockTest {
  @TempDir Path directory;

  /** Says by its exit code whether it got the lock. */
  static final class Other {
    public static void main(String[] args) {
      System.exit(StackLock.tryTake(Path.of(args[0])).isPresent() ? 0 : 1);
    }
  }

  @Test
  void oneProcessAtATimeHasTheLockAndNothingIsLeftOfIt() throws Exception {
    Path file = directory.resolve("lock");
    try (StackLock lock = StackLock.tryTake(file).orElseThrow()) {
      assertThat(StackLock.tryTake(file)).isEmpty();
      assertThat(otherProcessGets(file)).isFalse();
    }
    assertThat(file).doesNotExist();
    assertThat(otherProcessGets(file)).isTrue();
    assertThat(StackLock.tryTake(file)).hasValueSatisfying(StackLock::close);
  }

  private static boolean otherProcessGets(Path file) throws Exception {
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Other.class.getName(),
                file.toString())
            .inheritIO()
            .start();
    return other.waitFor() == 0;
  }
}
