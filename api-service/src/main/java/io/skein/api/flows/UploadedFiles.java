package io.skein.api.flows;

import io.skein.api.http.Problem;
import io.skein.api.http.ProblemException;
import io.skein.api.http.ProblemType;
import io.skein.discovery.UploadCheck;
import io.skein.discovery.csv.Refusal;
import io.skein.flows.Owner;
import io.skein.flows.UploadId;
import io.skein.flows.UploadStore;
import io.skein.flows.UploadWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The files of one request, stored as they arrive. Until a flow takes them over they can be thrown
 * away without a trace. Not thread safe.
 */
final class UploadedFiles {
  private static final int MAX_FILES = 50;
  private static final int MAX_NAME = 200;

  private final UploadStore store;
  private final Owner owner;
  private final List<UploadId> begun = new ArrayList<>();
  private final List<Stored> stored = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private String current = "";

  UploadedFiles(UploadStore store, Owner owner) {
    this.store = store;
    this.owner = owner;
  }

  /** A file that is stored whole. */
  record Stored(String name, UploadWriter.Upload upload) {}

  /** Begins the next file; its name is made unique among the files of the request. */
  UploadWriter begin(String givenName) {
    if (begun.size() >= MAX_FILES) {
      throw Problem.of(
              ProblemType.TOO_LARGE,
              "One flow takes at most " + MAX_FILES + " files. Send the others as another flow.")
          .exception();
    }
    String name = unique(clean(givenName));
    UploadWriter writer = store.begin(owner, begun.size(), name);
    begun.add(writer.id());
    current = name;
    return writer;
  }

  void finish(UploadWriter writer) {
    stored.add(new Stored(current, writer.finish()));
  }

  List<Stored> stored() {
    return List.copyOf(stored);
  }

  List<UploadId> ids() {
    return stored.stream().map(file -> file.upload().id()).toList();
  }

  /**
   * Refuses files that are no inventory.
   *
   * @throws ProblemException 422 naming the first such file and what is wrong with it
   */
  void check(UploadCheck check) throws IOException {
    for (Stored file : stored) {
      Optional<Refusal> refusal = check.refusal(file.upload().id());
      if (refusal.isPresent()) {
        throw Problem.of(ProblemType.UNUSABLE_INPUT, file.name() + ": " + refusal.get().detail())
            .with("file", file.name())
            .with("code", refusal.get().code())
            .exception();
      }
    }
  }

  /** Throws away whatever no flow has taken over. */
  void discard() {
    if (!begun.isEmpty()) {
      store.discard(begun);
    }
  }

  private static String clean(String givenName) {
    String name =
        givenName.substring(Math.max(givenName.lastIndexOf('/'), givenName.lastIndexOf('\\')) + 1);
    String printable = name.replaceAll("\\p{Cntrl}", "").strip();
    String shown = printable.isEmpty() ? "upload.csv" : printable;
    return shown.length() <= MAX_NAME ? shown : shown.substring(shown.length() - MAX_NAME);
  }

  private String unique(String name) {
    String candidate = name;
    for (int n = 2; !names.add(candidate); n++) {
      candidate = name + " (" + n + ")";
    }
    return candidate;
  }
}
