package io.skein.api.events;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.javalin.Javalin;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The limit of a stream's connection is for writes that wait, not for silence. */
class StreamConnectionTest {
  private static final Duration LIMIT = Duration.ofMillis(400);
  private static final Duration SOON = Duration.ofSeconds(10);

  @Test
  void silenceOfManyLimitsClosesNothing() throws Exception {
    Javalin server =
        serve(out -> {
          write(out, "before");
          pause(LIMIT.multipliedBy(5));
          write(out, "after");
        });
    try (Socket client = connect(server)) {
      String read = new String(client.getInputStream().readAllBytes(), US_ASCII);
      assertThat(read).startsWith("HTTP/1.1 200").endsWith("beforeafter");
    } finally {
      server.stop();
    }
  }

  @Test
  void aWriteThatWaitsForTheLimitFails() throws Exception {
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Javalin server =
        serve(out -> {
          try {
            for (int i = 0; i < 1024; i++) {
              write(out, "x".repeat(256 << 10));
            }
          } catch (UncheckedIOException e) {
            failure.set(e.getCause());
          }
        });
    try (Socket silent = connect(server)) {
      await().atMost(SOON).until(() -> failure.get() != null);
      assertThat(failure.get()).hasMessageContaining("Idle timeout");
      assertThat(silent.isClosed()).as("it was the server who left").isFalse();
    } finally {
      server.stop();
    }
  }

  private static Javalin serve(Consumer<OutputStream> body) {
    return Javalin.create(
            config -> {
              config.startup.showJavalinBanner = false;
              config.routes.get(
                  "/",
                  context -> StreamConnection.takeOver(context.req(), context.res(), LIMIT, body));
            })
        .start("127.0.0.1", 0);
  }

  private static Socket connect(Javalin server) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout((int) SOON.toMillis());
    socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: test\r\n\r\n".getBytes(US_ASCII));
    return socket;
  }

  private static void write(OutputStream out, String text) {
    try {
      out.write(text.getBytes(US_ASCII));
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void pause(Duration time) {
    try {
      Thread.sleep(time); // the silence itself is what is tested
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
