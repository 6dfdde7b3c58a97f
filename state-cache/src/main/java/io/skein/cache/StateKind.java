package io.skein.cache;

import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * What a cache holds, and under which names. All processes that share a Redis agree on it.
 *
 * @param name first part of the keys in Redis, for example {@code flow}: lower-case letters
 * @param text the id in the key: without spaces and braces, at most 200 characters
 * @param parse the inverse of {@code text}; throws {@link IllegalArgumentException} for what is
 *     none
 */
public record StateKind<K, V>(
    String name, Function<K, String> text, Function<String, K> parse, StateCodec<V> codec) {
  private static final Pattern NAME = Pattern.compile("[a-z_]{1,40}");
  private static final int LONGEST_ID = 200;

  public StateKind {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("a kind of state is named like flow, not " + name);
    }
  }

  /**
   * The id of a key in Redis and in messages.
   *
   * @throws IllegalArgumentException when it cannot stand in a key
   */
  String id(K key) {
    String id = text.apply(key);
    if (id.isEmpty() || id.length() > LONGEST_ID || !isPlain(id)) {
      throw new IllegalArgumentException(
          "an id has 1 to 200 characters and neither spaces nor braces: " + id);
    }
    return id;
  }

  private static boolean isPlain(String id) {
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      if (c <= ' ' || c == '{' || c == '}') {
        return false;
      }
    }
    return true;
  }
}
