package io.skein.api.http;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A refusal as RFC 9457 has it. Immutable.
 *
 * @param detail what is wrong with this request and what to do about it
 * @param members more for programs, such as the current version; may be empty, has no nulls
 * @param headers of the answer, such as {@code Retry-After}
 */
public record Problem(
    ProblemType type, String detail, Map<String, Object> members, Map<String, String> headers) {

  public Problem {
    members = Map.copyOf(members);
    headers = Map.copyOf(headers);
  }

  public static Problem of(ProblemType type, String detail) {
    return new Problem(type, detail, Map.of(), Map.of());
  }

  public Problem with(String member, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(members);
    more.put(member, value);
    return new Problem(type, detail, more, headers);
  }

  public Problem withHeader(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Problem(type, detail, members, more);
  }

  /** To be thrown by a handler. */
  public ProblemException exception() {
    return new ProblemException(this);
  }

  /** The body, in the order in which people read it. */
  Map<String, Object> body(String instance) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("type", type.uri());
    body.put("title", type.title());
    body.put("status", type.status());
    body.put("detail", detail);
    body.put("instance", instance);
    members.forEach(body::putIfAbsent);
    return body;
  }
}
