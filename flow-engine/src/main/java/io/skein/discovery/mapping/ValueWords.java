package io.skein.discovery.mapping;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Known values by kind, from {@code value_words.txt}. Immutable. */
final class ValueWords {
  private final Map<String, Set<String>> words = new HashMap<>();
  private final List<String> systems;

  private ValueWords() {
    for (String line : Words.lines("value_words.txt")) {
      int colon = line.indexOf(':');
      Set<String> known = words.computeIfAbsent(line.substring(0, colon), kind -> new HashSet<>());
      for (String word : line.substring(colon + 1).split(",")) {
        known.add(Words.plain(word));
      }
    }
    systems = List.copyOf(words.getOrDefault("os", Set.of()));
  }

  static ValueWords load() {
    return new ValueWords();
  }

  /** Whether the whole value is a known one. */
  boolean knows(String kind, String plain) {
    return words.getOrDefault(kind, Set.of()).contains(plain);
  }

  /** Whether the value starts with the name of an operating system, perhaps after its vendor. */
  boolean namesSystem(String plain) {
    for (String system : systems) {
      int at = plain.indexOf(system);
      boolean early = at == 0 || (at > 0 && at <= 24 && plain.charAt(at - 1) == ' ');
      if (early && plain.length() <= 80 && !plain.contains("://")) {
        return true;
      }
    }
    return false;
  }
}
