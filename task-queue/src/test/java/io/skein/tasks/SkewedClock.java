package io.skein.tasks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import javax.tools.ToolProvider;

/**
 * Gives a JVM another clock than this machine's: the options patch {@code java.base} with a clock
 * of our own. It moves whatever {@code java.time} answers, in our classes and those of libraries;
 * {@code System.currentTimeMillis} is native and stays, and no class of the queue may call it (see
 * ArchitectureTest).
 */
final class SkewedClock {
  private static final String SOURCE = "java/time/Clock.java";

  private final Path classes;

  private SkewedClock(Path classes) {
    this.classes = classes;
  }

  /** Compiled into this directory. */
  static SkewedClock in(Path directory) throws IOException {
    Path source = directory.resolve("source");
    Path clock = source.resolve(SOURCE);
    Files.createDirectories(clock.getParent());
    try (InputStream in =
        Objects.requireNonNull(SkewedClock.class.getResourceAsStream("/skewed-clock/" + SOURCE))) {
      Files.copy(in, clock);
    }
    Path classes = Files.createDirectories(directory.resolve("classes"));
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int failed =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                said,
                said,
                "-proc:none",
                "--patch-module",
                "java.base=" + source,
                "-d",
                classes.toString(),
                clock.toString());
    if (failed != 0) {
      throw new IllegalStateException(said.toString(StandardCharsets.UTF_8));
    }
    return new SkewedClock(classes);
  }

  /** What a JVM is started with whose clock is ahead of this machine's, or behind it. */
  List<String> ahead(Duration skew) {
    return List.of(
        "--patch-module", "java.base=" + classes, "-Dskein.test.skew=" + skew.toSeconds());
  }
}
