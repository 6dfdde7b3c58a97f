package io.skein.api.http;

import static java.util.Objects.requireNonNullElse;
import static java.util.stream.Collectors.joining;
import static tools.jackson.databind.DeserializationFeature.ACCEPT_FLOAT_AS_INT;
import static tools.jackson.databind.DeserializationFeature.FAIL_ON_TRAILING_TOKENS;
import static tools.jackson.databind.DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES;

import io.javalin.http.Context;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Bodies of requests in JSON. A field that the request does not know, or that is given twice, is
 * refused, not ignored: a misspelled limit would otherwise be none.
 */
public final class JsonBody {
  private static final int MAX_BYTES = 1 << 20;

  private JsonBody() {}

  /**
   * Reads the body.
   *
   * @throws ProblemException 400 when it is empty, not JSON or not of this shape, 413 past 1 MiB
   */
  public static <T> T read(Context context, JsonMapper json, Class<T> type) {
    return parse(bytes(context), json, type);
  }

  /** {@link #read}, with another answer for an empty body. */
  public static <T> T read(Context context, JsonMapper json, Class<T> type, T absent) {
    byte[] bytes = bytes(context);
    return bytes.length == 0 ? absent : parse(bytes, json, type);
  }

  /** Counts what comes: a chunked body does not say how large it is. */
  private static byte[] bytes(Context context) {
    try {
      byte[] bytes = context.bodyInputStream().readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw Problem.of(ProblemType.TOO_LARGE, "A JSON body has at most 1 MiB. Send less at once.")
            .exception();
      }
      return bytes;
    } catch (IOException e) {
      throw malformed("The body breaks off. Send the request again.");
    }
  }

  private static <T> T parse(byte[] bytes, JsonMapper json, Class<T> type) {
    if (bytes.length == 0) {
      throw malformed("The body is empty; send an object.");
    }
    try {
      T body =
          json.readerFor(type)
              .with(FAIL_ON_UNKNOWN_PROPERTIES, FAIL_ON_TRAILING_TOKENS)
              .without(ACCEPT_FLOAT_AS_INT)
              .with(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
              .readValue(bytes);
      if (body == null) {
        throw malformed("The body is null; send an object.");
      }
      return body;
    } catch (InputCoercionException e) {
      throw malformed(
          "The number at line %d, column %d is not one that fits there. Send a smaller one."
              .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr()));
    } catch (StreamReadException e) {
      TokenStreamLocation at = e.getLocation();
      throw malformed(
          "The JSON breaks off or is wrong at line %d, column %d. Correct it and send it again."
              .formatted(at.getLineNr(), at.getColumnNr()));
    } catch (UnrecognizedPropertyException e) {
      Object[] known = requireNonNullElse(e.getKnownPropertyIds(), List.of()).toArray();
      throw malformed(
          "There is no field %s here. This request takes %s."
              .formatted(
                  path(e),
                  Arrays.stream(known).map(String::valueOf).sorted().collect(joining(", "))));
    } catch (DatabindException e) {
      String at = e.getPath().isEmpty() ? "the top" : path(e);
      throw malformed(
          "The value at " + at + " has another type than this request takes. Correct it.");
    } catch (JacksonException e) {
      throw malformed(
          "The JSON is nested too deeply or has too long a number, name or text. Simplify it.");
    }
  }

  private static String path(DatabindException e) {
    return e.getPath().stream()
        .map(step ->
            step.getPropertyName() == null ? "[" + step.getIndex() + "]" : step.getPropertyName())
        .collect(joining("."));
  }

  private static ProblemException malformed(String detail) {
    return Problem.of(ProblemType.MALFORMED_JSON, detail).exception();
  }
}
