package io.skein.api.flows;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.micrometer.core.instrument.MeterRegistry;
import io.skein.api.auth.Role;
import io.skein.api.auth.Roles;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemException;
import io.skein.api.http.ProblemType;
import io.skein.api.http.QueryParameters;
import io.skein.api.http.RequestTrace;
import io.skein.discovery.DiscoveryFlow;
import io.skein.discovery.UploadCheck;
import io.skein.flows.CommandOutcome;
import io.skein.flows.FlowEngine;
import io.skein.flows.NewFlow;
import io.skein.flows.Owner;
import io.skein.flows.UploadWriter;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code POST /api/v1/flows}: stores the files as they arrive, looks whether they can be read, and
 * creates the flow in one transaction. Whatever goes wrong, nothing is left behind.
 */
public final class FlowCreationRoute {
  private static final QueryParameters PARAMETERS =
      QueryParameters.of("kind", "name", "asOf", "file");
  private static final int BUFFER = 64 * 1024;
  private static final int MAX_NAME = 200;
  private static final int UPLOADS_AT_ONCE = 8;
  private static final int EARLIEST_YEAR = 1900;
  private static final int LATEST_YEAR = 9999;
  private static final Logger LOG = LoggerFactory.getLogger(FlowCreationRoute.class);

  private final FlowEngine engine;
  private final UploadCheck check;
  private final JsonMapper json;
  private final Clock clock;
  private final long maxBytes;
  private final UploadGate gate;

  /**
   * @param clock tells today, the default of {@code asOf}
   * @param maxBytes of one request
   */
  public FlowCreationRoute(
      FlowEngine engine, JsonMapper json, Clock clock, long maxBytes, MeterRegistry metrics) {
    this.engine = engine;
    this.check = new UploadCheck(engine.uploads());
    this.json = json;
    this.clock = clock;
    this.maxBytes = maxBytes;
    this.gate = new UploadGate(UPLOADS_AT_ONCE, metrics);
  }

  public void install(RoutesConfig routes) {
    routes.post("/api/v1/flows", PARAMETERS.of(this::create));
  }

  private void create(Context context) throws IOException {
    Roles.demand(context, Role.OPERATOR);
    try (UploadGate.Place place = gate.enter()) {
      receiveAndCreate(context);
    }
  }

  private void receiveAndCreate(Context context) throws IOException {
    CommandOutcome.Done done = storeAndCreate(context);
    String id = json.readTree(done.flow()).get("flowId").asString();
    context.status(201).header("Location", "/api/v1/flows/" + id);
    CommandAnswers.write(context, done);
  }

  /** Leaves no file behind that no flow took over, before anything is answered. */
  private CommandOutcome.Done storeAndCreate(Context context) throws IOException {
    Owner owner = Owners.of(context);
    UploadedFiles files = new UploadedFiles(engine.uploads(), owner);
    try {
      return create(context, owner, files, receive(context, files));
    } finally {
      discard(files);
    }
  }

  /** What cannot be removed now is swept later; the request's own answer stands. */
  private static void discard(UploadedFiles files) {
    try {
      files.discard();
    } catch (JdbiException e) {
      LOG.warn("uploads that no flow took over could not be removed; they are swept", e);
    }
  }

  private CommandOutcome.Done create(
      Context context, Owner owner, UploadedFiles files, Map<String, String> fields)
      throws IOException {
    if (files.stored().isEmpty()) {
      throw Problem.of(
              ProblemType.MALFORMED_REQUEST,
              "There is no file in the request. Send at least one part named file with a CSV.")
          .exception();
    }
    String kind = fields.getOrDefault("kind", DiscoveryFlow.KIND);
    String name = name(fields, files);
    LocalDate asOf = asOf(fields.get("asOf"));
    if (!engine.kinds().contains(kind)) {
      throw Problem.of(
              ProblemType.MALFORMED_REQUEST,
              "There is no kind of flow '" + kind + "'. Use one of: " + engine.kinds() + ".")
          .exception();
    }
    files.check(check);
    List<String> request =
        new ArrayList<>(
            List.of("create", owner.engagement(), kind, name, fields.getOrDefault("asOf", "")));
    files.stored().forEach(file -> request.add(file.name() + "=" + file.upload().sha256()));
    NewFlow flow =
        new NewFlow(
            owner,
            kind,
            name,
            asOf,
            Owners.user(context),
            context.header("X-Correlation-ID"),
            RequestTrace.of(context),
            files.ids());
    return CommandAnswers.done(engine.create(flow, IdempotencyHeader.read(context, request)));
  }

  /** Whatever breaks while the body is read is the connection's doing: the store throws its own. */
  private Map<String, String> receive(Context context, UploadedFiles files) {
    try {
      return read(context, files);
    } catch (IOException e) {
      throw Problem.of(
              ProblemType.MALFORMED_REQUEST,
              "The body breaks off before its end. Nothing was stored; send the request again.")
          .exception();
    }
  }

  private Map<String, String> read(Context context, UploadedFiles files) throws IOException {
    String contentType = context.contentType();
    String type = mediaType(contentType);
    return switch (type) {
      case "multipart/form-data" -> {
        Map<String, String> fields = query(context);
        try (InputStream body = LimitedBody.of(context, maxBytes)) {
          fields.putAll(new MultipartUpload(files).read(body, contentType));
        }
        yield fields;
      }
      case "text/csv" -> {
        Map<String, String> fields = query(context);
        try (InputStream body = LimitedBody.of(context, maxBytes)) {
          store(body, files, fields.getOrDefault("file", "upload.csv"));
        }
        yield fields;
      }
      default ->
          throw Problem.of(
                  ProblemType.UNSUPPORTED_MEDIA_TYPE,
                  "Send multipart/form-data with parts named file, or one text/csv body.")
              .exception();
    };
  }

  private static void store(InputStream body, UploadedFiles files, String name) throws IOException {
    UploadWriter writer = files.begin(name);
    byte[] buffer = new byte[BUFFER];
    int count = body.read(buffer);
    while (count >= 0) {
      writer.write(buffer, 0, count);
      count = body.read(buffer);
    }
    files.finish(writer);
  }

  private static Map<String, String> query(Context context) {
    Map<String, String> fields = new HashMap<>();
    for (String name : PARAMETERS.single()) {
      String value = context.queryParam(name);
      if (value != null) {
        fields.put(name, value);
      }
    }
    return fields;
  }

  private static String name(Map<String, String> fields, UploadedFiles files) {
    String given = fields.getOrDefault("name", "").strip();
    String name = given.isEmpty() ? files.stored().getFirst().name() : given;
    if (name.length() > MAX_NAME || name.indexOf('\0') >= 0) {
      throw Problem.of(ProblemType.MALFORMED_REQUEST, "The name of a flow has 1 to 200 characters.")
          .exception();
    }
    return name;
  }

  private LocalDate asOf(@Nullable String text) throws ProblemException {
    if (text == null || text.isBlank()) {
      return LocalDate.now(clock);
    }
    try {
      LocalDate day = LocalDate.parse(text.strip());
      if (day.getYear() < EARLIEST_YEAR || day.getYear() > LATEST_YEAR) {
        throw new DateTimeException("out of range");
      }
      return day;
    } catch (DateTimeException e) {
      throw Problem.of(ProblemType.MALFORMED_REQUEST, "asOf must be a day such as 2026-11-22.")
          .exception();
    }
  }

  private static String mediaType(@Nullable String contentType) {
    String type = contentType == null ? "" : contentType;
    int semicolon = type.indexOf(';');
    return (semicolon < 0 ? type : type.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
  }
}
