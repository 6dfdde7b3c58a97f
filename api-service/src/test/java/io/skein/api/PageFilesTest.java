package io.skein.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The page is served whole, by itself, and runs nothing but its own files. */
class PageFilesTest {
  private static final Path FOLDER = Path.of("src/main/resources/io/skein/api/page");
  private static final Pattern IMPORT = Pattern.compile("(?:from|import)\\s+'\\./([^']+)'");
  private static final Pattern REFERENCE = Pattern.compile("(?:src|href)=\"([^#\"]+)\"");

  private static ApiStack stack;
  private static ApiClient anybody;

  @BeforeAll
  static void start() throws Exception {
    stack = ApiStack.start(1);
    anybody = stack.anonymous(1);
  }

  @AfterAll
  static void stop() throws Exception {
    stack.close();
  }

  @Test
  void theListOfFilesIsTheFolder() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      assertThat(
              files.map(file -> file.getFileName().toString()).filter(n -> !n.equals("files.txt")))
          .containsExactlyInAnyOrderElementsOf(listed());
    }
  }

  @Test
  void eachFileIsServedToAnybodyWithAStrictPolicy() throws IOException {
    for (String file : listed()) {
      String path = file.equals("index.html") ? "/" : "/" + file;
      HttpResponse<String> answer = anybody.get(path);
      assertThat(answer.statusCode()).as(path).isEqualTo(200);
      assertThat(answer.body()).isEqualTo(Files.readString(FOLDER.resolve(file)));
      assertThat(header(answer, "Content-Type")).startsWith(type(file));
      assertThat(header(answer, "X-Content-Type-Options")).isEqualTo("nosniff");
      assertThat(header(answer, "Referrer-Policy")).isEqualTo("no-referrer");
      assertThat(header(answer, "Content-Security-Policy"))
          .contains("default-src 'none'", "script-src 'self'", "style-src 'self'")
          .contains("connect-src 'self'", "base-uri 'none'", "frame-ancestors 'none'")
          .doesNotContain("unsafe", "*", "http:", "https:");
      HttpResponse<String> again = anybody.with("If-None-Match", header(answer, "ETag")).get(path);
      assertThat(again.statusCode()).isEqualTo(304);
      assertThat(again.body()).isEmpty();
    }
    assertThat(anybody.get("/files.txt").statusCode()).isEqualTo(401);
    assertThat(anybody.get("/index.html").statusCode()).isEqualTo(401);
  }

  @Test
  void whateverAFileNamesIsServedToo() throws IOException {
    List<String> served = listed();
    for (String file : served) {
      String text = Files.readString(FOLDER.resolve(file));
      Pattern names = file.endsWith(".js") ? IMPORT : REFERENCE;
      if (file.endsWith(".js") || file.endsWith(".html")) {
        assertThat(names.matcher(text).results().map((MatchResult match) -> match.group(1)))
            .as(file)
            .allMatch(served::contains);
      }
    }
  }

  private static List<String> listed() throws IOException {
    return Files.readAllLines(FOLDER.resolve("files.txt")).stream()
        .filter(line -> !line.isBlank())
        .toList();
  }

  private static String type(String file) {
    return switch (file.substring(file.lastIndexOf('.') + 1)) {
      case "html" -> "text/html";
      case "css" -> "text/css";
      case "js" -> "text/javascript";
      default -> "image/svg+xml";
    };
  }

  private static String header(HttpResponse<String> answer, String name) {
    return answer.headers().firstValue(name).orElseThrow();
  }
}
