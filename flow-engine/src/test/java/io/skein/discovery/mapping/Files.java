package io.skein.discovery.mapping;

import io.skein.discovery.csv.CsvLimits;
import io.skein.discovery.csv.CsvScanner;
import io.skein.discovery.csv.Refusal;
import io.skein.discovery.csv.Scanned;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Proposes mappings for files and texts as a flow would: through the scan. */
final class Files {
  private Files() {}

  static FileMapping sample(String name) {
    return propose(Path.of("../samples", name));
  }

  static FileMapping layout(String name) {
    return propose(Path.of("src/test/resources/layouts", name));
  }

  static FileMapping propose(Path path) {
    try (InputStream in = java.nio.file.Files.newInputStream(path)) {
      return propose(path.getFileName().toString(), in);
    } catch (IOException e) {
      throw new IllegalStateException("cannot read " + path, e);
    }
  }

  static FileMapping text(String csv) {
    try {
      return propose("test.csv", new ByteArrayInputStream(csv.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new IllegalStateException("cannot read from memory", e);
    }
  }

  private static FileMapping propose(String name, InputStream in) throws IOException {
    Scanned scanned =
        switch (CsvScanner.<RuntimeException>scan(in, CsvLimits.DEFAULT, batch -> {})) {
          case Scanned read -> read;
          case Refusal refusal -> throw new IllegalStateException(refusal.toString());
        };
    return MappingProposal.propose(name, scanned.layout().header(), scanned.sample());
  }
}
