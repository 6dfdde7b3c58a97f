package io.skein.local.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Shows the mapping to the user and takes corrections line by line. */
public final class AskingApprover implements Approver {
  private final BufferedReader in;
  private final PrintWriter out;

  public AskingApprover(BufferedReader in, PrintWriter out) {
    this.in = in;
    this.out = out;
  }

  @Override
  public Optional<Map<String, String>> decide(Flow.Approval approval) {
    show(approval);
    Map<String, String> corrections = new LinkedHashMap<>();
    while (true) {
      out.print(
          "Enter accepts, COLUMN=FIELD corrects, COLUMN= leaves it out, q leaves it waiting: ");
      out.flush();
      String line = readLine();
      if (line == null || line.strip().equals("q")) {
        return Optional.empty();
      }
      if (line.isBlank()) {
        return Optional.of(corrections);
      }
      int equals = line.lastIndexOf('=');
      if (equals < 1) {
        out.println("not understood: " + line);
      } else {
        corrections.put(line.substring(0, equals).strip(), line.substring(equals + 1).strip());
      }
    }
  }

  @Override
  public boolean canThinkAgain() {
    return true;
  }

  private void show(Flow.Approval approval) {
    out.printf(
        "The mapping waits for you: below %.2f it is not certain enough.%n", approval.threshold());
    for (Flow.MappedFile file : approval.files()) {
      if (file.file() != null) {
        out.println("  " + file.file());
      }
      for (Flow.MappedColumn column : file.columns()) {
        out.printf(
            "    %-28s %-20s %.2f%n",
            column.column(), column.field() == null ? "-" : column.field(), column.confidence());
      }
    }
  }

  private @Nullable String readLine() {
    try {
      return in.readLine();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read your answer", e);
    }
  }
}
