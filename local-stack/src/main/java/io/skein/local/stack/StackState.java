package io.skein.local.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What runs, as other commands read it from {@code stack.json}.
 *
 * @param supervisor the process that started all others and ends them in order
 * @param ready whether every process has been ready once
 */
public record StackState(
    ProcessRecord supervisor,
    boolean ready,
    List<Member> api,
    List<Member> workers,
    Server redis,
    Server postgres) {

  /** An API instance or a worker; the process is null while it is being restarted. */
  public record Member(
      String name, @Nullable String url, String management, @Nullable ProcessRecord process) {}

  /** Redis or PostgreSQL; the process is null when somebody else runs it. */
  public record Server(String url, @Nullable ProcessRecord process) {
    /** The address without any password, for people and logs. */
    public String shownUrl() {
      return url.replaceFirst("://([^:@/]*):.*@", "://$1@")
          .replaceAll("([?&]password=)[^&]*", "$1…");
    }

    /** What is known without asking it: {@code running}, {@code gone}, or {@code external}. */
    public String condition() {
      return process == null ? "external" : process.isAlive() ? "running" : "gone";
    }
  }

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** What the file says, or nothing when no stack was left here. */
  public static Optional<StackState> read(StackDirectory directory) {
    Path file = directory.stateFile();
    try {
      return Files.exists(file)
          ? Optional.of(JSON.readValue(Files.readString(file), StackState.class))
          : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    } catch (JacksonException e) {
      throw new StackFailure(
          file + " is damaged; if no stack runs, remove it: " + e.getOriginalMessage(), e);
    }
  }

  /** Replaces the file at once, readable by its owner only: it has the password of the database. */
  void write(StackDirectory directory) {
    Path file = directory.stateFile();
    try {
      Path fresh = Files.createTempFile(directory.path(), "stack", ".json");
      Files.write(fresh, JSON.writeValueAsString(this).getBytes(StandardCharsets.UTF_8));
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  /** Whether the process that supervises the stack is there. */
  public boolean isSupervised() {
    return supervisor.isAlive();
  }

  /** Everything but the supervisor that still runs, in the order in which it is to be ended. */
  List<ProcessRecord> livingProcesses() {
    return Stream.of(
            workers.stream().map(Member::process),
            api.stream().map(Member::process),
            Stream.of(redis, postgres).map(Server::process))
        .flatMap(processes -> processes)
        .flatMap(Stream::ofNullable)
        .filter(ProcessRecord::isAlive)
        .toList();
  }
}
