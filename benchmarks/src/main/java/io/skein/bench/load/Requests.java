package io.skein.bench.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The requests that the streams are opened with, one after the other and then from the front. */
public record Requests(List<String> texts) {
  private static final String END = "\r\n\r\n";

  public Requests {
    texts = List.copyOf(texts);
  }

  /** A request for each of these paths in turn, by each of these callers in turn. */
  public static Requests of(List<String> paths, List<String> tokens) {
    int count = Math.max(paths.size(), tokens.size());
    return new Requests(
        IntStream.range(0, count)
            .mapToObj(i ->
                text(
                    paths.get(i % paths.size()),
                    "Authorization: Bearer " + tokens.get(i % tokens.size()) + "\r\n"))
            .toList());
  }

  /** A request without a caller. */
  public static Requests of(String path) {
    return new Requests(List.of(text(path, "")));
  }

  private static String text(String path, String headers) {
    return "GET %s HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n%s\r\n"
        .formatted(path, headers);
  }

  static Requests read(Path file) throws IOException {
    return new Requests(
        Arrays.stream(Files.readString(file).split(END)).map(text -> text + END).toList());
  }

  void write(Path file) throws IOException {
    Files.writeString(file, String.join("", texts));
  }

  byte[] bytes(int number) {
    return texts.get(number % texts.size()).getBytes(US_ASCII);
  }
}
