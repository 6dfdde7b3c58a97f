package io.skein.local.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Where a stack keeps its things: {@code .skein/}. */
public record StackDirectory(Path path) {
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final int SECRET_BYTES = 32;

  /** The logs of one process, or of the stack itself. */
  public Path log(String process) {
    return logs().resolve(process + ".log");
  }

  /** The names under which logs exist, sorted. */
  public List<String> logNames() {
    if (!Files.isDirectory(logs())) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(logs())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".log"))
          .map(name -> name.substring(0, name.length() - ".log".length()))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + logs(), e);
    }
  }

  /**
   * The file with the key that signs tokens; made once, 256 random bits as text, for its owner's
   * eyes only.
   */
  public Path secretFile() {
    Path file = path.resolve("secret");
    secret(file);
    return file;
  }

  /** The key itself: the bytes of the file's text. */
  public byte[] secret() {
    return secret(path.resolve("secret")).getBytes(StandardCharsets.UTF_8);
  }

  String postgresPassword() {
    return secret(path.resolve("postgres.password"));
  }

  Path postgres() {
    return path.resolve("postgres");
  }

  Path redis() {
    return path.resolve("redis");
  }

  Path stateFile() {
    return path.resolve("stack.json");
  }

  Path lockFile() {
    return path.resolve("lock");
  }

  /** Keeps the log of the last run beside the one that begins. */
  void beginLog(String process) {
    try {
      Files.createDirectories(logs());
      Path log = log(process);
      if (Files.exists(log)) {
        Files.move(
            log, log.resolveSibling(process + ".log.1"), StandardCopyOption.REPLACE_EXISTING);
      }
      Files.createFile(log);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot begin the log of " + process + " in " + logs(), e);
    }
  }

  private Path logs() {
    return path.resolve("logs");
  }

  private String secret(Path file) {
    try {
      if (!Files.exists(file)) {
        create(file);
      }
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read or make the secret " + file, e);
    }
  }

  /** Complete before it has its name: whoever comes second takes what the first made. */
  private void create(Path file) throws IOException {
    Files.createDirectories(path);
    byte[] key = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(key);
    Path fresh = Files.createTempFile(path, "secret", "", OWNER_ONLY);
    try {
      Files.writeString(fresh, Base64.getUrlEncoder().withoutPadding().encodeToString(key));
      Files.createLink(file, fresh);
    } catch (FileAlreadyExistsException e) {
      // another process was faster; its secret is as good
    } finally {
      Files.delete(fresh);
    }
  }
}
