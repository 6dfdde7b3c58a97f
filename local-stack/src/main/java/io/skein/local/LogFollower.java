package io.skein.local;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Prints the lines that are added to a file from now on; starts over when the file is replaced by a
 * shorter one.
 */
final class LogFollower {
  private static final int BLOCK = 64 * 1024;

  private final Path log;
  private final Consumer<String> printer;
  private final ByteArrayOutputStream unfinishedLine = new ByteArrayOutputStream();
  private long position;

  LogFollower(Path log, Consumer<String> printer) throws IOException {
    this.log = log;
    this.printer = printer;
    this.position = Files.size(log);
  }

  void printAdded() throws IOException {
    if (!Files.exists(log)) {
      return;
    }
    try (SeekableByteChannel channel = Files.newByteChannel(log)) {
      if (channel.size() < position) {
        position = 0;
      }
      channel.position(position);
      ByteBuffer block = ByteBuffer.allocate(BLOCK);
      while (channel.read(block) > 0) {
        position += block.position();
        print(block.flip());
        block.clear();
      }
    }
  }

  private void print(ByteBuffer block) {
    while (block.hasRemaining()) {
      byte next = block.get();
      if (next == '\n') {
        printer.accept(unfinishedLine.toString(StandardCharsets.UTF_8));
        unfinishedLine.reset();
      } else {
        unfinishedLine.write(next);
      }
    }
  }
}
