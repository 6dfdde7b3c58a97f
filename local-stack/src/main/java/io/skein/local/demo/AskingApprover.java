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

  /** Kept when the API refuses a decision, so that nothing good has to be said again. */
  private final Map<String, String> corrections = new LinkedHashMap<>();

  public AskingApprover(BufferedReader in, PrintWriter out) {
    this.in = in;
    this.out = out;
  }

  @Override
  public Optional<Map<String, String>> decide(Flow.Approval approval) {
    show(approval);
    while (true) {
      out.print(
          "Enter accepts, COLUMN=FIELD corrects, COLUMN= leaves it out, q leaves it waiting: ");
      out.flush();
      String line = readLine();
      if (line == null || line.strip().equals("q")) {
        return Optional.empty();
      }
      if (line.isBlank()) {
        return Optional.of(Map.copyOf(corrections));
      }
      correct(approval, line);
    }
  }

  private void correct(Flow.Approval approval, String line) {
    int equals = line.lastIndexOf('=');
    String column = equals < 0 ? line : line.substring(0, equals).strip();
    String field = line.substring(equals + 1).strip();
    if (equals < 1) {
      out.println("not understood: " + line);
    } else if (!approval.hasColumn(column)) {
      out.println("there is no column " + column);
    } else if (!field.isEmpty() && !approval.fieldNames().contains(field)) {
      out.println("there is no field " + field + "; the fields are " + names(approval));
    } else {
      corrections.put(column, field);
    }
  }

  private static String names(Flow.Approval approval) {
    return String.join(", ", approval.fieldNames());
  }

  @Override
  public boolean asks() {
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
        String field = column.field() == null ? "-" : column.field();
        String corrected = corrections.get(column.column());
        out.printf(
            "    %-28s %-20s %.2f%s%n",
            column.column(),
            field,
            column.confidence(),
            corrected == null ? "" : " corrected to " + (corrected.isEmpty() ? "-" : corrected));
      }
    }
    out.println("The fields are " + names(approval) + ".");
  }

  private @Nullable String readLine() {
    try {
      return in.readLine();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read your answer", e);
    }
  }
}
