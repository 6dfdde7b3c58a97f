package io.skein.tasks;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A handler whose payload is a record. Thread safe when its {@link #handle(TaskContext, Object)}
 * is.
 *
 * @param <P> a record that the payload's JSON is read into; fields that it does not know are
 *     ignored, those that are missing are refused
 */
public abstract class TypedTaskHandler<P extends Record> implements TaskHandler {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private final String type;
  private final Class<P> payload;

  protected TypedTaskHandler(String type, Class<P> payload) {
    this.type = type;
    this.payload = payload;
  }

  /** The JSON of a payload, for {@link NewTask#of}. */
  public static String payload(Record payload) {
    return JSON.writeValueAsString(payload);
  }

  @Override
  public final String type() {
    return type;
  }

  @Override
  public final void handle(TaskContext context) throws Exception {
    @Nullable P read;
    try {
      read = JSON.readValue(context.task().payload(), payload);
    } catch (JacksonException e) {
      throw new UnreadablePayloadException(
          "the payload is no " + payload.getSimpleName() + ": " + e.getOriginalMessage(), e);
    }
    if (read == null) {
      throw new UnreadablePayloadException(
          "the payload is null, which is no " + payload.getSimpleName());
    }
    handle(context, read);
  }

  /** As {@link TaskHandler#handle}, with the payload read. */
  protected abstract void handle(TaskContext context, P read) throws Exception;
}
