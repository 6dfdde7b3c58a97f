package io.skein.discovery.mapping;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

/** One spelling for names and values: lower case, no accents, single spaces. */
final class Words {
  private static final Pattern MARKS = Pattern.compile("\\p{M}+");
  private static final Pattern CAMEL =
      Pattern.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})");
  private static final Pattern SEPARATORS = Pattern.compile("[^\\p{L}\\p{N}%#]+");

  private Words() {}

  /** For comparing values. */
  static String plain(String text) {
    String bare = MARKS.matcher(Normalizer.normalize(text, Normalizer.Form.NFKD)).replaceAll("");
    return bare.toLowerCase(Locale.ROOT).replace("ß", "ss").strip();
  }

  /** The words of a column name; camel case is split. */
  static List<String> tokens(String name) {
    String spaced = CAMEL.matcher(name.strip()).replaceAll(" ");
    return List.of(SEPARATORS.split(plain(spaced))).stream()
        .filter(token -> !token.isEmpty())
        .toList();
  }

  /** Lines of a resource of this package without comments and blank lines. */
  static List<String> lines(String resource) {
    try (InputStream in =
        Objects.requireNonNull(
            Words.class.getResourceAsStream(resource),
            () -> "The resource " + resource + " is missing from the jar")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .toList();
    } catch (IOException e) {
      throw new IllegalStateException(
          "The resource " + resource + " cannot be read from the jar", e);
    }
  }
}
