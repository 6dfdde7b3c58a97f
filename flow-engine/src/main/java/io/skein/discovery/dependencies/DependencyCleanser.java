package io.skein.discovery.dependencies;

import io.skein.discovery.cleansing.Cells;
import io.skein.discovery.cleansing.RowIssue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Turns rows of a dependency list into edges. Two servers give a connection, and each side's
 * application runs on its server; one application and one server say that it runs there; two
 * applications depend. Never throws for what a row contains; safe for use by several threads.
 */
public final class DependencyCleanser {

  private static final Pattern PORT =
      Pattern.compile("(?:tcp|udp)?[/: ]?(\\d{1,5})(?:\\.0+)?(?:[/ ]?(?:tcp|udp))?");
  private static final int MAX_NAME = 500;

  /** Cleans one row. */
  public CleanedDependency cleanse(RawDependency raw) {
    List<RowIssue> issues = new ArrayList<>();
    String sourceServer = server("source_server", raw.sourceServer(), raw.sourceIp(), issues);
    String sourceApplication = name("source_application", raw.sourceApplication(), issues);
    String server =
        server("destination_server", raw.destinationServer(), raw.destinationIp(), issues);
    String application = name("destination_application", raw.destinationApplication(), issues);
    Integer port = port(raw.destinationPort(), issues);
    String process = name("destination_process", raw.destinationProcess(), issues);
    EdgeKind kind = kind(raw.relationship());

    List<NamedEdge> edges = new ArrayList<>();
    if (sourceServer != null && server != null) {
      edges.add(
          new NamedEdge(
              Reference.machine(sourceServer),
              Reference.machine(server),
              kind == null || kind == EdgeKind.RUNS_ON ? EdgeKind.CONNECTS_TO : kind,
              port,
              process));
      runsOn(edges, sourceApplication, sourceServer);
      runsOn(edges, application, server);
    } else if (sourceApplication != null && application != null) {
      EdgeKind between = kind == null ? EdgeKind.DEPENDS_ON : kind;
      edges.add(
          new NamedEdge(
              Reference.application(sourceApplication),
              Reference.application(application),
              between,
              port,
              process));
      runsOn(edges, sourceApplication, sourceServer);
      runsOn(edges, application, server);
    } else {
      oneOfEach(edges, sourceApplication, application, sourceServer, server, kind, port, process);
    }
    if (edges.isEmpty()) {
      issues.add(new RowIssue("row", "", "names fewer than two ends; row left out"));
    }
    return new CleanedDependency(edges, issues);
  }

  private static void oneOfEach(
      List<NamedEdge> edges,
      @Nullable String sourceApplication,
      @Nullable String destinationApplication,
      @Nullable String sourceServer,
      @Nullable String destinationServer,
      @Nullable EdgeKind kind,
      @Nullable Integer port,
      @Nullable String process) {
    String application = sourceApplication != null ? sourceApplication : destinationApplication;
    String server = sourceServer != null ? sourceServer : destinationServer;
    if (application == null || server == null) {
      return;
    }
    boolean serverCallsApplication = sourceServer != null && sourceApplication == null;
    if (serverCallsApplication && kind != null && kind != EdgeKind.RUNS_ON) {
      edges.add(
          new NamedEdge(
              Reference.machine(server), Reference.application(application), kind, port, process));
      return;
    }
    // "x hosted on y" names machines in whatever columns they stand.
    Reference from =
        kind == EdgeKind.HOSTED_ON
            ? Reference.any(application)
            : Reference.application(application);
    edges.add(
        new NamedEdge(
            from,
            Reference.machine(server),
            kind == null ? EdgeKind.RUNS_ON : kind,
            port,
            process));
  }

  private static void runsOn(
      List<NamedEdge> edges, @Nullable String application, @Nullable String server) {
    if (application != null && server != null) {
      edges.add(
          new NamedEdge(
              Reference.application(application),
              Reference.machine(server),
              EdgeKind.RUNS_ON,
              null,
              null));
    }
  }

  private static @Nullable String server(
      String field, @Nullable String name, @Nullable String address, List<RowIssue> issues) {
    String named = name(field, name, issues);
    return named != null ? named : name(field, address, issues);
  }

  private static @Nullable String name(String field, @Nullable String cell, List<RowIssue> issues) {
    String text = Cells.text(cell);
    if (text != null && text.length() > MAX_NAME) {
      issues.add(new RowIssue(field, text, "longer than " + MAX_NAME + " characters; left out"));
      return null;
    }
    return text;
  }

  private static @Nullable Integer port(@Nullable String cell, List<RowIssue> issues) {
    String text = Cells.text(cell);
    if (text == null) {
      return null;
    }
    Matcher matcher = PORT.matcher(text.toLowerCase(Locale.ROOT));
    int port = matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
    if (port < 1 || port > 65_535) {
      issues.add(new RowIssue("destination_port", text, "not a port from 1 to 65535; left out"));
      return null;
    }
    return port;
  }

  private static @Nullable EdgeKind kind(@Nullable String cell) {
    String text = Cells.text(cell);
    if (text == null) {
      return null;
    }
    String words = text.toLowerCase(Locale.ROOT).replaceAll("[_-]", " ");
    if (words.contains("hosted") || words.contains("virtualized")) {
      return EdgeKind.HOSTED_ON;
    }
    if (words.contains("runs on") || words.contains("installed") || words.contains("deployed")) {
      return EdgeKind.RUNS_ON;
    }
    boolean talks =
        words.contains("connect")
            || words.contains("calls")
            || words.contains("talks")
            || words.contains("communicat");
    return talks ? EdgeKind.CONNECTS_TO : EdgeKind.DEPENDS_ON;
  }
}
