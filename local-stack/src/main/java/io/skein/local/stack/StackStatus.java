package io.skein.local.stack;

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What {@code skein status} shows; its JSON is what scripts read. Addresses have no passwords: a
 * script that needs one is given {@code DATABASE_URL} itself.
 */
public record StackStatus(
    List<Api> api, List<Worker> workers, Server redis, Server postgres, String token) {

  /** An API instance; the process id is null while it is being restarted. */
  public record Api(
      String name, String url, String management, @Nullable Long pid, boolean ready) {}

  /** A worker; the process id is null while it is being restarted. */
  public record Worker(String name, String management, @Nullable Long pid, boolean ready) {}

  /** Redis or PostgreSQL; the process id is null when somebody else runs it. */
  public record Server(String url, @Nullable Long pid) {}

  /** Asks every process of a recorded stack how it is. */
  public static StackStatus of(StackState state, String token) {
    try (HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build()) {
      return new StackStatus(
          state.api().stream()
              .map(a ->
                  new Api(
                      a.name(),
                      Objects.requireNonNull(a.url(), "an API instance has an address"),
                      a.management(),
                      pid(a.process()),
                      isReady(http, a)))
              .toList(),
          state.workers().stream()
              .map(w -> new Worker(w.name(), w.management(), pid(w.process()), isReady(http, w)))
              .toList(),
          new Server(state.redis().shownUrl(), pid(state.redis().process())),
          new Server(state.postgres().shownUrl(), pid(state.postgres().process())),
          token);
    }
  }

  private static boolean isReady(HttpClient http, StackState.Member member) {
    ProcessRecord process = member.process();
    return process != null
        && process.isAlive()
        && Readiness.of(http, URI.create(member.management()));
  }

  private static @Nullable Long pid(@Nullable ProcessRecord process) {
    return process == null ? null : process.pid();
  }
}
