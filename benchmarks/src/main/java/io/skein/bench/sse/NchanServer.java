package io.skein.bench.sse;

import io.skein.bench.BenchProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** nginx with the module Nchan, of the system's own packages. */
final class NchanServer {
  private static final String HOW =
      "install it yourself to see it compared (Debian, Ubuntu: apt-get install libnginx-mod-nchan)";

  /** Ends nginx when the benchmark ends or is killed. */
  private static final String SCRIPT = "nginx -c \"$0\" & pid=$!; read -r _; kill $pid; wait $pid";

  private static final String CONFIGURATION =
      """
      load_module %1$s;
      %4$s
      worker_processes 1;
      worker_rlimit_nofile 20000;
      daemon off;
      pid %2$s/nginx.pid;
      error_log %2$s/nginx-error.log;
      events { worker_connections 19000; }
      http {
        access_log off;
        client_body_temp_path %2$s/body;
        proxy_temp_path %2$s/proxy;
        fastcgi_temp_path %2$s/fastcgi;
        uwsgi_temp_path %2$s/uwsgi;
        scgi_temp_path %2$s/scgi;
        server {
          listen 127.0.0.1:%3$d backlog=4096;
          location = /publish { nchan_publisher; nchan_channel_id bench; }
          location = /stream {
            nchan_subscriber eventsource;
            nchan_subscriber_first_message newest;
            nchan_channel_id bench;
          }
        }
      }
      """;

  private NchanServer() {}

  /**
   * Starts it, after installing it when this is root's machine and it is missing.
   *
   * @param say is told what is installed, or how to install it
   * @return empty when there is none
   */
  static Optional<Contender> start(Path folder, Consumer<String> say) {
    Optional<Path> module = module().or(() -> install(say));
    if (module.isEmpty()) {
      say.accept("Nchan is not installed; " + HOW);
    }
    return module.map(found -> HttpContender.start("Nchan", port -> launch(found, folder, port)));
  }

  private static BenchProcess launch(Path module, Path folder, int port) {
    Path file = folder.resolve("nginx.conf");
    String user = "root".equals(System.getProperty("user.name")) ? "user root;" : "";
    try {
      Files.writeString(file, CONFIGURATION.formatted(module, folder, port, user));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
    return BenchProcess.start("nginx", List.of("sh", "-c", SCRIPT, file.toString()), folder);
  }

  private static Optional<Path> module() {
    return Stream.of("/usr/lib/nginx/modules", "/usr/lib64/nginx/modules")
        .map(folder -> Path.of(folder, "ngx_nchan_module.so"))
        .filter(Files::exists)
        .findFirst();
  }

  private static Optional<Path> install(Consumer<String> say) {
    if (!"root".equals(System.getProperty("user.name"))
        || !Files.exists(Path.of("/usr/bin/apt-get"))) {
      return Optional.empty();
    }
    say.accept("installing libnginx-mod-nchan with apt-get");
    run("apt-get", "update", "-qq");
    run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "libnginx-mod-nchan");
    return module();
  }

  private static void run(String... command) {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("DEBIAN_FRONTEND", "noninteractive");
    try {
      builder.start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + String.join(" ", command), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while installing Nchan", e);
    }
  }
}
