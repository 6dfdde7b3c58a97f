package io.skein.local.stack;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** What a process says of itself at its management port. */
final class Readiness {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  private Readiness() {}

  /** Whether {@code /readyz} answers 200; no answer is a no. */
  static boolean of(HttpClient http, URI management) {
    HttpRequest request =
        HttpRequest.newBuilder(management.resolve("/readyz")).timeout(TIMEOUT).build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
