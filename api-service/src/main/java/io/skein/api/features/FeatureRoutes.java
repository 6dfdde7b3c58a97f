package io.skein.api.features;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.skein.api.auth.Caller;
import io.skein.api.auth.Role;
import io.skein.api.auth.Roles;
import io.skein.api.http.JsonBody;
import io.skein.api.http.Paging;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemType;
import io.skein.api.http.QueryParameters;
import io.skein.postgres.FeatureFlag;
import io.skein.postgres.InstanceMode;
import io.skein.redis.Feature;
import io.skein.telemetry.FeatureSwitches;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /api/v1/features}: where each feature goes on every instance, and its flag. All accounts
 * share them, so only an admin changes one.
 */
public final class FeatureRoutes {
  private static final String PATH = "/api/v1/features";
  private static final int CHANGES = 50;
  private static final int MOST_CHANGES = 500;

  /** An instance whose last heartbeat is older is taken for dead: three of them were missed. */
  private static final Duration SEEN = Duration.ofSeconds(15);

  private final FeatureSwitches features;
  private final String instance;
  private final JsonMapper json;

  /**
   * @param instance this instance's name
   */
  public FeatureRoutes(FeatureSwitches features, String instance, JsonMapper json) {
    this.features = features;
    this.instance = instance;
    this.json = json;
  }

  public void install(RoutesConfig routes) {
    routes.get(PATH, QueryParameters.none(this::list));
    routes.get(PATH + "/changes", QueryParameters.of("limit").of(this::changes));
    routes.put(PATH + "/{name}", QueryParameters.none(this::set));
  }

  private void list(Context context) {
    Map<String, List<InstanceMode>> everywhere =
        features.modes().ofInstancesSeenWithin(SEEN).stream()
            .collect(Collectors.groupingBy(InstanceMode::feature));
    ObjectNode body = json.createObjectNode();
    body.put("instance", instance);
    ArrayNode items = body.putArray("items");
    for (InstanceMode mode : features.here()) {
      ObjectNode item = items.addObject();
      writeFlagged(mode, item);
      ArrayNode instances = item.putArray("instances");
      everywhere
          .getOrDefault(mode.feature(), List.of())
          .forEach(other -> write(other, instances.addObject().put("instance", other.instance())));
    }
    answer(context, body);
  }

  private void changes(Context context) {
    Paging page = Paging.of(context, CHANGES, MOST_CHANGES);
    ObjectNode body = json.createObjectNode();
    ArrayNode items = body.putArray("items");
    features
        .modes()
        .changes(page.limit())
        .forEach(change ->
            write(
                change,
                items
                    .addObject()
                    .put("instance", change.instance())
                    .put("name", change.feature())));
    answer(context, body);
  }

  /** Read as it stands: a text that says false switches nothing. Null when it is not said. */
  private record Flag(@Nullable JsonNode enabled) {}

  private void set(Context context) {
    Roles.demand(context, Role.ADMIN);
    String name = context.pathParam("name");
    if (Feature.of(name).isEmpty()) {
      throw Problem.of(
              ProblemType.NOT_FOUND,
              "There is no such feature. There are "
                  + Arrays.stream(Feature.values())
                      .map(Feature::label)
                      .collect(Collectors.joining(", "))
                  + ".")
          .exception();
    }
    JsonNode enabled = JsonBody.read(context, json, Flag.class).enabled();
    if (enabled == null || !enabled.isBoolean()) {
      throw Problem.of(
              ProblemType.MALFORMED_REQUEST, "enabled is true or false. Send {\"enabled\": false}.")
          .exception();
    }
    features.flags().set(name, enabled.asBoolean(), Caller.of(context).principal().user());
    ObjectNode body = json.createObjectNode();
    features.here().stream()
        .filter(mode -> mode.feature().equals(name))
        .forEach(mode -> writeFlagged(mode, body));
    answer(context, body);
  }

  /** With the flag, as this instance follows it. */
  private void writeFlagged(InstanceMode mode, ObjectNode node) {
    FeatureFlag flag = Objects.requireNonNull(features.flags().all().get(mode.feature()));
    node.put("name", mode.feature());
    node.put("enabled", flag.enabled());
    node.put("changedAt", text(flag.changedAt()));
    node.put("changedBy", flag.changedBy());
    write(mode, node);
  }

  private static void write(InstanceMode mode, ObjectNode node) {
    node.put("mode", mode.mode());
    node.put("reason", mode.reason());
    node.put("since", mode.since().toString());
  }

  private static @Nullable String text(@Nullable Instant moment) {
    return moment == null ? null : moment.toString();
  }

  private void answer(Context context, ObjectNode body) {
    context
        .header("Cache-Control", "no-store")
        .contentType("application/json")
        .result(json.writeValueAsBytes(body));
  }
}
