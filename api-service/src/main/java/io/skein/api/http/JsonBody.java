package io.skein.api.http;

import io.javalin.http.Context;
import java.util.stream.Collectors;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.json.JsonMapper;

/** Bodies of requests in JSON. */
public final class JsonBody {
  private JsonBody() {}

  /**
   * Reads the body, which the server's own limit bounds.
   *
   * @throws ProblemException 400 when it is not JSON or not of this shape
   */
  public static <T> T read(Context context, JsonMapper json, Class<T> type) {
    try {
      T body = json.readValue(context.bodyAsBytes(), type);
      if (body == null) {
        throw malformed("The body is null; send an object.");
      }
      return body;
    } catch (StreamReadException e) {
      TokenStreamLocation at = e.getLocation();
      throw malformed(
          "The JSON breaks off or is wrong at line %d, column %d. Correct it and send it again."
              .formatted(at.getLineNr(), at.getColumnNr()));
    } catch (DatabindException e) {
      String at = e.getPath().isEmpty() ? "the top" : path(e);
      throw malformed(
          "The value at " + at + " has another type than this request takes. Correct it.");
    }
  }

  private static String path(DatabindException e) {
    return e.getPath().stream()
        .map(step ->
            step.getPropertyName() == null ? "[" + step.getIndex() + "]" : step.getPropertyName())
        .collect(Collectors.joining("."));
  }

  private static ProblemException malformed(String detail) {
    return Problem.of(ProblemType.MALFORMED_JSON, detail).exception();
  }
}
