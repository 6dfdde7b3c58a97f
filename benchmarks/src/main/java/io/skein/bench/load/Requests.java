package io.skein.bench.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The requests that the streams are opened with, one after the other and then from the front. */
public record Requests(List<String> texts) {
  private static final String END = "\r\n\r\n";

  public Requests {
    texts = List.copyOf(texts);
  }

  /** A request for each of these paths, with the same headers. */
  public static Requests of(List<String> paths, Map<String, String> headers) {
    String lines =
        headers.entrySet().stream()
            .map(header -> header.getKey() + ": " + header.getValue() + "\r\n")
            .collect(Collectors.joining());
    return new Requests(
        paths.stream()
            .map(path ->
                "GET "
                    + path
                    + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
                    + lines
                    + "\r\n")
            .toList());
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
