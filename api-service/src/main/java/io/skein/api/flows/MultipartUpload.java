package io.skein.api.flows;

import io.skein.api.http.Problem;
import io.skein.api.http.ProblemException;
import io.skein.api.http.ProblemType;
import io.skein.flows.UploadWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@code multipart/form-data} body as it arrives: files go to the store piece by piece,
 * other parts are small fields. Jetty's parser does the reading; since it swallows what its
 * listener throws, that is kept and thrown between two pieces. Not thread safe.
 */
final class MultipartUpload implements MultiPart.Parser.Listener {
  private static final Pattern NAME = parameter("name");
  private static final Pattern FILE_NAME = parameter("filename");

  /** Bytes of the headers of one part; Jetty's default has no limit. */
  private static final int MAX_PART_HEADERS = 8 * 1024;

  /** What the parser says then. */
  private static final String HEADERS_TOO_LONG = "headers max length";

  private static final int MAX_PARTS = 100;
  private static final int MAX_FIELD = 8 * 1024;
  private static final int BUFFER = 64 * 1024;

  private final UploadedFiles files;
  private final Map<String, String> fields = new HashMap<>();
  private final ByteArrayOutputStream field = new ByteArrayOutputStream();
  private String disposition = "";
  private @Nullable UploadWriter writer;
  private @Nullable Throwable malformation;
  private @Nullable RuntimeException failure;
  private boolean complete;

  MultipartUpload(UploadedFiles files) {
    this.files = files;
  }

  /**
   * Reads the whole body.
   *
   * @return the fields that are no files, by name
   * @throws ProblemException 400 when the body is not what its content type says
   */
  Map<String, String> read(InputStream body, @Nullable String contentType) throws IOException {
    String boundary = contentType == null ? null : MultiPart.extractBoundary(contentType);
    if (boundary == null) {
      throw malformed("The content type names no boundary.");
    }
    MultiPart.Parser parser = new MultiPart.Parser(boundary, this);
    parser.setMaxParts(MAX_PARTS);
    parser.setPartHeadersMaxLength(MAX_PART_HEADERS);
    byte[] buffer = new byte[BUFFER];
    int count = body.read(buffer);
    while (count >= 0) {
      parser.parse(Content.Chunk.from(ByteBuffer.wrap(buffer, 0, count), false));
      throwFailure();
      count = body.read(buffer);
    }
    parser.parse(Content.Chunk.EOF);
    throwFailure();
    if (!complete) {
      throw malformed("The body ends before its last boundary.");
    }
    return Map.copyOf(fields);
  }

  @Override
  public void onPartBegin() {
    disposition = "";
    writer = null;
    field.reset();
  }

  @Override
  public void onPartHeader(String name, String value) {
    if (name.equalsIgnoreCase("Content-Disposition")) {
      disposition = value;
    }
  }

  @Override
  public void onPartHeaders() {
    attempt(this::beginPart);
  }

  @Override
  public void onPartContent(Content.Chunk chunk) {
    byte[] bytes = new byte[chunk.remaining()];
    chunk.getByteBuffer().get(bytes);
    attempt(() -> add(bytes));
  }

  @Override
  public void onPartEnd() {
    attempt(this::endPart);
  }

  @Override
  public void onComplete() {
    complete = true;
  }

  @Override
  public void onFailure(Throwable cause) {
    malformation = cause;
  }

  private void attempt(Runnable step) {
    if (failure != null) {
      return;
    }
    try {
      step.run();
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  private void beginPart() {
    String fileName = parameterOf(FILE_NAME);
    String partName = parameterOf(NAME);
    if (fileName != null || "file".equals(partName)) {
      writer = files.begin(fileName == null ? "" : fileName);
    }
  }

  private void add(byte[] bytes) {
    UploadWriter target = writer;
    if (target != null) {
      target.write(bytes, 0, bytes.length);
    } else if (field.size() + bytes.length <= MAX_FIELD) {
      field.writeBytes(bytes);
    } else {
      throw Problem.of(ProblemType.TOO_LARGE, "A form field has at most 8 KiB.").exception();
    }
  }

  private void endPart() {
    UploadWriter target = writer;
    String partName = parameterOf(NAME);
    if (target != null) {
      files.finish(target);
    } else if (partName != null) {
      fields.put(partName, field.toString(StandardCharsets.UTF_8));
    }
  }

  private void throwFailure() {
    if (failure != null) {
      throw failure;
    }
    Throwable cause = malformation;
    if (cause != null && String.valueOf(cause.getMessage()).startsWith(HEADERS_TOO_LONG)) {
      throw malformed("The head of a part has more than 8 KiB. Shorten the name of its file.");
    }
    if (cause != null) {
      throw malformed("The body is no valid multipart/form-data: " + cause.getMessage() + ".");
    }
  }

  private @Nullable String parameterOf(Pattern parameter) {
    Matcher matcher = parameter.matcher(disposition);
    if (!matcher.find()) {
      return null;
    }
    return matcher.group(1) == null
        ? matcher.group(2)
        : matcher.group(1).replaceAll("\\\\(.)", "$1");
  }

  private static Pattern parameter(String name) {
    return Pattern.compile(";\\s*" + name + "=(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^;\\s]+))");
  }

  private static ProblemException malformed(String what) {
    return Problem.of(
            ProblemType.MALFORMED_REQUEST,
            what
                + " Send the files as parts named file, for example with curl -F file=@servers.csv.")
        .exception();
  }
}
