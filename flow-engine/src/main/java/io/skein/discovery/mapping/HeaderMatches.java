package io.skein.discovery.mapping;

import java.util.List;

/** What the name of a column says of a field, for fields of both roles. */
final class HeaderMatches {
  private final HeaderDictionary dictionary;

  HeaderMatches(HeaderDictionary dictionary) {
    this.dictionary = dictionary;
  }

  HeaderMatch match(Column column, Field field) {
    if (!column.name().isGiven()) {
      return HeaderMatch.NONE;
    }
    List<String> tokens = column.name().tokens();
    return switch (field) {
      case SOURCE_SERVER -> dictionary.matchEnd(tokens, "source", "server");
      case SOURCE_IP -> dictionary.matchEnd(tokens, "source", "ip");
      case SOURCE_APPLICATION ->
          dictionary
              .matchEnd(tokens, "source", "application")
              .or(dictionary.matchPart(tokens, "application"));
      case SOURCE_PROCESS -> dictionary.matchEnd(tokens, "source", "process");
      case DESTINATION_SERVER ->
          dictionary
              .matchEnd(tokens, "destination", "server")
              .or(dictionary.matchPart(tokens, "server"));
      case DESTINATION_IP -> dictionary.matchEnd(tokens, "destination", "ip");
      case DESTINATION_APPLICATION -> dictionary.matchEnd(tokens, "destination", "application");
      case DESTINATION_PROCESS ->
          dictionary
              .matchEnd(tokens, "destination", "process")
              .or(dictionary.matchPart(tokens, "process"));
      case DESTINATION_PORT ->
          dictionary.matchEnd(tokens, "destination", "port").or(dictionary.match(tokens, field));
      default -> dictionary.match(tokens, field);
    };
  }

  /** Whether the name says for certain that the column is about one end of an edge. */
  boolean isAboutEnd(Column column, String end) {
    List<String> tokens = column.name().tokens();
    return List.of("server", "ip", "application").stream()
        .map(part -> dictionary.matchEnd(tokens, end, part))
        .anyMatch(match -> match.whole() && match.strength() >= 0.6);
  }

  boolean isAboutPart(Column column, String part) {
    HeaderMatch match = dictionary.matchPart(column.name().tokens(), part);
    return match.whole() && match.strength() >= 0.6;
  }
}
