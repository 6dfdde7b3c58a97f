package io.skein.local.outage;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Files that make a flow wait for its approval and then work for a while. */
final class Inventories {
  private static final Path SAMPLES = Path.of("..", "samples");

  private Inventories() {}

  /** The samples, whose mapping needs an approval, and a generated list of servers. */
  static List<Path> with(Path directory, int generatedRows) throws IOException {
    return List.of(
        SAMPLES.resolve("adoptium_servers_2021.csv"),
        SAMPLES.resolve("fedora_servers_2017.csv"),
        SAMPLES.resolve("fedora_app_server_edges_2017.csv"),
        generated(directory, generatedRows));
  }

  private static Path generated(Path directory, int rows) throws IOException {
    Path file = directory.resolve("generated-" + rows + ".csv");
    try (BufferedWriter writer = Files.newBufferedWriter(file)) {
      writer.write("hostname,ip address,operating system,cpu cores,memory gb,environment\n");
      for (int row = 0; row < rows; row++) {
        writer.write(
            "node%05d.example.org,10.1.%d.%d,Debian 10,%d,16,production\n"
                .formatted(row, row / 250, 1 + row % 250, 2 + row % 7));
      }
    }
    return file;
  }
}
