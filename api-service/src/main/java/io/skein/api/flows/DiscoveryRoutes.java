package io.skein.api.flows;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.skein.api.http.Paging;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemType;
import io.skein.api.http.QueryParameters;
import io.skein.discovery.DiscoveryQueries;
import io.skein.discovery.DiscoveryQueries.AssetFilter;
import io.skein.discovery.inventory.AssetType;
import io.skein.flows.FlowEngine;
import io.skein.flows.FlowId;
import io.skein.tasks.RemoteRuns;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What a discovery flow has found: assets, dependencies, findings, import errors, the report. */
public final class DiscoveryRoutes {
  private static final QueryParameters PAGES = QueryParameters.of("limit", "after");
  private static final int PAGE = 100;
  private static final int LARGEST_PAGE = 1_000;

  private final FlowEngine engine;
  private final LeasedFlows leased;
  private final DiscoveryQueries queries;
  private final JsonMapper json;

  public DiscoveryRoutes(
      FlowEngine engine, RemoteRuns runs, DiscoveryQueries queries, JsonMapper json) {
    this.engine = engine;
    this.leased = new LeasedFlows(runs);
    this.queries = queries;
    this.json = json;
  }

  public void install(RoutesConfig routes) {
    routes.get(
        "/api/v1/flows/{flow}/assets", PAGES.and("type", "wave", "cluster").of(this::assets));
    routes.get("/api/v1/flows/{flow}/dependencies", PAGES.of(this::dependencies));
    routes.get("/api/v1/flows/{flow}/findings", PAGES.of(this::findings));
    routes.get("/api/v1/flows/{flow}/import-errors", PAGES.of(this::importErrors));
    routes.get("/api/v1/flows/{flow}/report", QueryParameters.none(this::report));
  }

  private void assets(Context context) {
    FlowId flow = owned(context);
    Paging paging = Paging.of(context, PAGE, LARGEST_PAGE);
    AssetFilter filter =
        new AssetFilter(assetType(context), ordinal(context, "wave"), ordinal(context, "cluster"));
    answer(context, queries.json(queries.assets(flow, filter, paging.after(), paging.limit())));
  }

  private void dependencies(Context context) {
    FlowId flow = owned(context);
    Paging paging = Paging.of(context, PAGE, LARGEST_PAGE);
    ObjectNode body =
        queries.json(queries.dependencies(flow, number(paging.after()), paging.limit()));
    if (paging.after() == null) {
      queries.dependencyOutline(flow).ifPresent(body::setAll);
    }
    answer(context, body);
  }

  private void findings(Context context) {
    FlowId flow = owned(context);
    Paging paging = Paging.of(context, PAGE, LARGEST_PAGE);
    answer(context, queries.json(queries.findings(flow, number(paging.after()), paging.limit())));
  }

  private void importErrors(Context context) {
    FlowId flow = owned(context);
    Paging paging = Paging.of(context, PAGE, LARGEST_PAGE);
    answer(
        context, queries.json(queries.importErrors(flow, number(paging.after()), paging.limit())));
  }

  private void report(Context context) {
    FlowId flow = owned(context);
    ObjectNode report =
        queries
            .report(flow)
            .orElseThrow(() ->
                Problem.of(
                        ProblemType.NOT_FOUND,
                        "The flow has no report: it is written when a flow completes, and this"
                            + " one has not. GET /api/v1/flows/{id}/state tells where it stands.")
                    .exception());
    answer(context, report);
  }

  private FlowId owned(Context context) {
    FlowId flow = Owners.flow(context);
    return leased.holds(context, flow)
        ? flow
        : engine.find(Owners.of(context), flow).orElseThrow(Owners::noSuchFlow).id();
  }

  private static @Nullable String assetType(Context context) {
    String type = context.queryParam("type");
    List<String> known = Arrays.stream(AssetType.values()).map(AssetType::toString).toList();
    if (type != null && !known.contains(type)) {
      throw Problem.of(
              ProblemType.MALFORMED_REQUEST, "type is one of " + String.join(", ", known) + ".")
          .exception();
    }
    return type;
  }

  private static @Nullable Integer ordinal(Context context, String name) {
    int number = (int) Paging.number(context, name, 0, 1, Integer.MAX_VALUE);
    return number == 0 ? null : number;
  }

  private static @Nullable Long number(@Nullable String cursor) {
    try {
      return cursor == null ? null : Long.valueOf(cursor);
    } catch (NumberFormatException e) {
      throw Problem.of(
              ProblemType.MALFORMED_REQUEST,
              "after is no cursor of this list. Send the next of the page before.")
          .exception();
    }
  }

  private void answer(Context context, ObjectNode body) {
    FlowReadRoutes.answer(context, json.writeValueAsBytes(body));
  }
}
