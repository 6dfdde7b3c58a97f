package io.skein.local.demo;

import java.io.FileNotFoundException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** A form with files, streamed from disk. */
final class Multipart {
  private final String boundary = "skein-" + UUID.randomUUID();
  private final List<BodyPublisher> parts = new ArrayList<>();

  Multipart field(String name, String value) {
    parts.add(BodyPublishers.ofString(head(name, "") + "\r\n" + value + "\r\n"));
    return this;
  }

  Multipart csv(String name, Path file) throws FileNotFoundException {
    String fileName = String.valueOf(file.getFileName()).replace("\"", "%22");
    parts.add(
        BodyPublishers.ofString(
            head(name, "; filename=\"" + fileName + "\"") + "Content-Type: text/csv\r\n\r\n"));
    parts.add(BodyPublishers.ofFile(file));
    parts.add(BodyPublishers.ofString("\r\n"));
    return this;
  }

  String contentType() {
    return "multipart/form-data; boundary=" + boundary;
  }

  BodyPublisher body() {
    List<BodyPublisher> all = new ArrayList<>(parts);
    all.add(BodyPublishers.ofString("--" + boundary + "--\r\n"));
    return BodyPublishers.concat(all.toArray(BodyPublisher[]::new));
  }

  private String head(String name, String more) {
    return "--%s\r\nContent-Disposition: form-data; name=\"%s\"%s\r\n"
        .formatted(boundary, name, more);
  }
}
