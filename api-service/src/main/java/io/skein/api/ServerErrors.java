package io.skein.api;

import io.skein.api.http.Problem;
import io.skein.api.http.ProblemResponses;
import io.skein.api.http.ProblemType;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/**
 * What the server refuses before any route sees it, such as headers that are too large: answered as
 * a problem like everything else. Thread safe.
 */
final class ServerErrors extends ErrorHandler {
  private final ProblemResponses problems;

  ServerErrors(ProblemResponses problems) {
    this.problems = problems;
  }

  @Override
  public boolean errorPageForMethod(String method) {
    return true;
  }

  @Override
  protected void generateResponse(
      Request request,
      Response response,
      int code,
      String message,
      Throwable cause,
      Callback done) {
    ProblemType type = ProblemType.of(code);
    Problem problem = Problem.of(type, detail(type));
    response.setStatus(type.status());
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/problem+json");
    String path = request.getHttpURI() == null ? "" : request.getHttpURI().getPath();
    response.write(true, ByteBuffer.wrap(problems.body(problem, path == null ? "" : path)), done);
  }

  private static String detail(ProblemType type) {
    return switch (type) {
      case HEADERS_TOO_LARGE ->
          "The headers of the request have more than 32 KiB together. Send fewer or shorter ones.";
      case ADDRESS_TOO_LONG -> "The address of the request is too long. Shorten its query.";
      case TOO_LARGE -> "The body is larger than this server accepts. Send less at once.";
      case TIMEOUT -> "The request did not arrive in time. Send it again.";
      case INTERNAL, UNAVAILABLE ->
          "The server could not take the request. Try again; the cause is in the log of this instance.";
      default ->
          "The server cannot read this as an HTTP request. Check its first line and headers.";
    };
  }
}
