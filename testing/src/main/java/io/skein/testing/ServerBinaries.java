package io.skein.testing;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Objects;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * The programs of the embedded servers, unpacked once per user and version into {@code
 * ~/.cache/skein/servers}. Processes that unpack at the same time wait for each other.
 */
final class ServerBinaries {
  private static final String POSTGRES = "postgres-18.6.0";
  private static final String REDIS = "redis-7.0.15";

  private ServerBinaries() {}

  /** The directory above {@code bin/postgres} and {@code bin/initdb}. */
  static Path postgres() {
    return unpacked(POSTGRES, ServerBinaries::unpackPostgres);
  }

  /** The {@code redis-server} program: 7.0, or what {@code skein.test.redis.program} names. */
  static Path redis() {
    String program = System.getProperty("skein.test.redis.program", "");
    if (!program.isEmpty()) {
      return Path.of(program);
    }
    return unpacked(REDIS, ServerBinaries::unpackRedis).resolve("redis-server");
  }

  private interface Unpacking {
    void into(Path directory) throws IOException;
  }

  private static Path unpacked(String name, Unpacking unpacking) {
    try {
      Path cache = Files.createDirectories(cacheDirectory());
      Path target = cache.resolve(name);
      if (Files.isDirectory(target)) {
        return target;
      }
      try (FileChannel channel =
              FileChannel.open(
                  cache.resolve(name + ".lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        if (!Files.isDirectory(target)) {
          Path fresh = Files.createTempDirectory(cache, name + "-");
          unpacking.into(fresh);
          Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        }
        lock.release();
      }
      return target;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unpack " + name + " into " + cacheDirectory(), e);
    }
  }

  private static Path cacheDirectory() {
    Path home = Path.of(System.getProperty("user.home"));
    Path root =
        Files.isWritable(home)
            ? home.resolve(".cache")
            : Path.of(System.getProperty("java.io.tmpdir"), System.getProperty("user.name"));
    return root.resolve("skein").resolve("servers");
  }

  private static void unpackPostgres(Path directory) throws IOException {
    String system = operatingSystem().equals("darwin") ? "Darwin" : "Linux";
    String machine = architecture().equals("amd64") ? "x86_64" : System.getProperty("os.arch");
    try (InputStream archive = DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system, machine);
        TarArchiveInputStream tar =
            new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(archive)))) {
      TarArchiveEntry entry;
      while ((entry = tar.getNextEntry()) != null) {
        unpack(entry, tar, directory.resolve(entry.getName()).normalize());
      }
    }
  }

  private static void unpack(TarArchiveEntry entry, InputStream content, Path file)
      throws IOException {
    if (entry.isDirectory()) {
      Files.createDirectories(file);
      return;
    }
    Files.createDirectories(Objects.requireNonNull(file.getParent(), "inside the directory"));
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
    } else {
      Files.copy(content, file);
      makeExecutable(file, (entry.getMode() & 0100) != 0);
    }
  }

  private static void unpackRedis(Path directory) throws IOException {
    String resource = "/redis-server-7.0.15-" + operatingSystem() + "-" + architecture();
    try (InputStream program = ServerBinaries.class.getResourceAsStream(resource)) {
      if (program == null) {
        throw new IOException("there is no embedded Redis for this machine: " + resource);
      }
      Path file = directory.resolve("redis-server");
      Files.copy(program, file);
      makeExecutable(file, true);
    }
  }

  private static void makeExecutable(Path file, boolean executable) throws IOException {
    if (executable && !file.toFile().setExecutable(true)) {
      throw new IOException("cannot make " + file + " executable");
    }
  }

  private static String operatingSystem() {
    String name = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    if (name.contains("mac")) {
      return "darwin";
    }
    if (name.contains("linux")) {
      return "linux";
    }
    throw new IllegalStateException(
        "the embedded servers run on Linux and macOS, not on " + name + ": use external servers");
  }

  private static String architecture() {
    String name = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    return switch (name) {
      case "amd64", "x86_64" -> "amd64";
      case "aarch64", "arm64" -> "arm64";
      default ->
          throw new IllegalStateException(
              "the embedded servers run on amd64 and arm64, not on "
                  + name
                  + ": use external servers");
    };
  }
}
