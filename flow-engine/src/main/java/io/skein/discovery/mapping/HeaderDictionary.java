package io.skein.discovery.mapping;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The known column names in several languages, from {@code header_words.txt}. Immutable. */
final class HeaderDictionary {
  /** Words that say nothing: "the memory of the server" is its memory. */
  private static final Set<String> NOISE =
      Set.of(
          "the",
          "of",
          "de",
          "des",
          "du",
          "la",
          "le",
          "les",
          "del",
          "der",
          "die",
          "das",
          "do",
          "da",
          "di",
          "van",
          "het",
          "current",
          "actual",
          "primary",
          "main",
          "total",
          "configured",
          "allocated",
          "assigned",
          "aws",
          "azure",
          "gcp",
          "eth0",
          "nic1",
          "nic0",
          "gesamt",
          "totale");

  /** The subject of every row; as a first word it says nothing. */
  private static final Set<String> SUBJECTS =
      Set.of(
          "server",
          "asset",
          "vm",
          "machine",
          "host",
          "ci",
          "system",
          "device",
          "node",
          "guest",
          "serveur",
          "servidor",
          "instance");

  /** Words that turn a name into another one: a backup server is not the server. */
  private static final Set<String> TURNING =
      Set.of(
          "date",
          "datum",
          "fecha",
          "speed",
          "mhz",
          "ghz",
          "slot",
          "slots",
          "model",
          "modell",
          "vendor",
          "manufacturer",
          "subnet",
          "mask",
          "netmask",
          "gateway",
          "backup",
          "old",
          "previous",
          "former",
          "target",
          "future",
          "used",
          "free",
          "usage",
          "utilization",
          "percent",
          "%",
          "price",
          "cost",
          "license",
          "licence",
          "support",
          "eol",
          "patch",
          "firmware",
          "kernel",
          "bios",
          "architecture",
          "codename",
          "source",
          "token",
          "comment",
          "description",
          "notes",
          "mac",
          "vlan",
          "policy",
          "account",
          "url",
          "repo",
          "agent",
          "monitoring",
          "cluster",
          "rack",
          "warranty",
          "swap",
          "type",
          "array",
          "sockets");

  private record Entry(double strength, String phrase) {}

  private final Map<Field, Map<String, Entry>> names = new EnumMap<>(Field.class);
  private final Map<String, String> ends = new HashMap<>();
  private final Map<String, Map<String, Entry>> parts = new HashMap<>();

  private HeaderDictionary() {}

  /** Reads the dictionary. */
  static HeaderDictionary load() {
    HeaderDictionary dictionary = new HeaderDictionary();
    Words.lines("header_words.txt").forEach(dictionary::add);
    return dictionary;
  }

  private void add(String line) {
    int colon = line.indexOf(':');
    String[] head = line.substring(0, colon).split(" ");
    for (String phrase : line.substring(colon + 1).split(",")) {
      List<String> tokens = Words.tokens(phrase);
      String key = key(tokens);
      String shown = phrase.strip();
      switch (head[0]) {
        case "end" -> ends.put(key, head[1]);
        case "part" ->
            keepStronger(
                parts.computeIfAbsent(head[1], part -> new HashMap<>()),
                key,
                new Entry(Double.parseDouble(head[2]), shown));
        default ->
            keepStronger(
                names.computeIfAbsent(
                    Field.valueOf(head[0].toUpperCase(Locale.ROOT)), field -> new HashMap<>()),
                key,
                new Entry(Double.parseDouble(head[1]), shown));
      }
    }
  }

  private static void keepStronger(Map<String, Entry> entries, String key, Entry entry) {
    entries.merge(key, entry, (a, b) -> a.strength() >= b.strength() ? a : b);
  }

  /** What the words of a column name say of a field, without regard to the ends of an edge. */
  HeaderMatch match(List<String> tokens, Field field) {
    return match(tokens, names.getOrDefault(field, Map.of()));
  }

  /**
   * What the words say of a part of one end of an edge; a name that is only an end is about its
   * server or application.
   */
  HeaderMatch matchEnd(List<String> tokens, String end, String part) {
    Map<String, Entry> entries = parts.getOrDefault(part, Map.of());
    HeaderMatch best = HeaderMatch.NONE;
    for (int i = 0; i < tokens.size(); i++) {
      for (int length = 1; length <= 2 && i + length <= tokens.size(); length++) {
        if (end.equals(ends.get(key(tokens.subList(i, i + length))))) {
          List<String> rest = new ArrayList<>(tokens.subList(0, i));
          rest.addAll(tokens.subList(i + length, tokens.size()));
          boolean bare = rest.isEmpty() && (part.equals("server") || part.equals("application"));
          best = best.or(bare ? new HeaderMatch(0.85, true, tokens.get(i)) : match(rest, entries));
        }
      }
    }
    return best;
  }

  /** What the words say of a part of an edge when they name no end. */
  HeaderMatch matchPart(List<String> tokens, String part) {
    boolean namesEnd = tokens.stream().anyMatch(token -> ends.containsKey(key(List.of(token))));
    return namesEnd ? HeaderMatch.NONE : match(tokens, parts.getOrDefault(part, Map.of()));
  }

  private static HeaderMatch match(List<String> tokens, Map<String, Entry> entries) {
    Entry exact = entries.get(key(tokens));
    if (exact != null) {
      return new HeaderMatch(exact.strength(), true, exact.phrase());
    }
    List<String> telling = tokens.stream().filter(token -> !NOISE.contains(token)).toList();
    Entry withoutNoise = entries.get(key(telling));
    if (withoutNoise != null) {
      return new HeaderMatch(withoutNoise.strength() * 0.98, true, withoutNoise.phrase());
    }
    if (telling.size() > 1 && SUBJECTS.contains(telling.getFirst())) {
      Entry ofSubject = entries.get(key(telling.subList(1, telling.size())));
      if (ofSubject != null && !ofSubject.phrase().equals("name")) {
        return new HeaderMatch(ofSubject.strength() * 0.98, true, ofSubject.phrase());
      }
    }
    return within(telling, entries);
  }

  /** A known name among other words. */
  private static HeaderMatch within(List<String> tokens, Map<String, Entry> entries) {
    HeaderMatch best = HeaderMatch.NONE;
    for (int from = 0; from < tokens.size(); from++) {
      for (int to = from + 1; to <= tokens.size(); to++) {
        Entry entry = entries.get(key(tokens.subList(from, to)));
        boolean subjectOnly =
            from == 0 && to == 1 && tokens.size() > 1 && SUBJECTS.contains(tokens.getFirst());
        if (entry != null && !subjectOnly) {
          List<String> rest = new ArrayList<>(tokens.subList(0, from));
          rest.addAll(tokens.subList(to, tokens.size()));
          double left =
              rest.stream().anyMatch(TURNING::contains) ? 0.3 : Math.pow(0.8, rest.size());
          best = best.or(new HeaderMatch(entry.strength() * left, false, entry.phrase()));
        }
      }
    }
    return best;
  }

  /** Words joined; "IP Address", "ip_address" and "IPAddresses" are one. */
  private static String key(List<String> tokens) {
    return tokens.stream().map(HeaderDictionary::singular).collect(Collectors.joining());
  }

  private static String singular(String token) {
    if (token.endsWith("addresses")) {
      return token.substring(0, token.length() - 2);
    }
    boolean plural =
        token.length() > 3 && token.endsWith("s") && !token.endsWith("ss") && !token.endsWith("us");
    return plural ? token.substring(0, token.length() - 1) : token;
  }
}
