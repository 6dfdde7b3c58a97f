package io.skein.format;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * {@code check ROOT} exits with 1 and names every unformatted file; {@code apply ROOT} rewrites.
 */
final class FormatSources {
  private final Formatter formatter = new Formatter(JavaFormatterOptions.defaultOptions());

  private FormatSources() {}

  public static void main(String[] args) throws Exception {
    boolean apply = args[0].equals("apply");
    List<Path> unformatted = new FormatSources().visit(Path.of(args[1]), apply);
    if (!unformatted.isEmpty() && !apply) {
      unformatted.forEach(file -> System.err.println("not formatted: " + file));
      System.err.println("run: mvn -pl source-format process-classes -Dskein.format=apply");
      System.exit(1);
    }
  }

  private List<Path> visit(Path root, boolean apply) throws IOException {
    try (Stream<Path> modules = Files.list(root)) {
      return modules
          .map(module -> module.resolve("src"))
          .filter(Files::isDirectory)
          .flatMap(FormatSources::sources)
          .parallel()
          .filter(file -> differs(file, apply))
          .sorted()
          .toList();
    }
  }

  private static Stream<Path> sources(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("cannot list the sources under " + directory, e);
    }
  }

  private boolean differs(Path file, boolean apply) {
    try {
      String source = Files.readString(file);
      String formatted = format(source);
      if (apply && !formatted.equals(source)) {
        Files.writeString(file, formatted);
      }
      return !formatted.equals(source);
    } catch (IOException | FormatterException e) {
      throw new IllegalStateException("cannot format " + file, e);
    }
  }

  private String format(String source) throws FormatterException {
    String imports =
        ImportOrderer.reorderImports(
            RemoveUnusedImports.removeUnusedImports(source), JavaFormatterOptions.Style.GOOGLE);
    return formatter.formatSource(imports);
  }
}
