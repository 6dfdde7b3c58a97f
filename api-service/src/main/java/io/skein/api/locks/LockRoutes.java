package io.skein.api.locks;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.skein.api.auth.Caller;
import io.skein.api.auth.Role;
import io.skein.api.auth.Roles;
import io.skein.api.http.QueryParameters;
import io.skein.flows.FlowEngine;
import io.skein.flows.FlowId;
import io.skein.flows.Owner;
import io.skein.locks.AwaitedLock;
import io.skein.locks.HeldLock;
import io.skein.locks.LockName;
import io.skein.locks.LockStatistics;
import io.skein.locks.Locks;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code GET /api/v1/locks}: what this instance holds and waits for, for operators. Locks of flows
 * are shown to the account of the flow only; the figures are of all accounts.
 */
public final class LockRoutes {
  private static final String PATH = "/api/v1/locks";
  private static final String OF_FLOWS = "flow:";

  /** Of each list; more are not looked at. */
  private static final int MOST = 1_000;

  private final FlowEngine engine;
  private final Locks locks;
  private final String instance;
  private final JsonMapper json;

  public LockRoutes(FlowEngine engine, Locks locks, String instance, JsonMapper json) {
    this.engine = engine;
    this.locks = locks;
    this.instance = instance;
    this.json = json;
  }

  public void install(RoutesConfig routes) {
    routes.get(PATH, QueryParameters.none(this::show));
  }

  private void show(Context context) {
    Roles.demand(context, Role.OPERATOR);
    List<HeldLock> held = locks.held();
    List<AwaitedLock> awaited = locks.awaited();
    List<HeldLock> first = held.subList(0, Math.min(MOST, held.size()));
    List<AwaitedLock> longest = awaited.subList(0, Math.min(MOST, awaited.size()));
    Predicate<LockName> visible =
        visible(
            context,
            Stream.concat(names(first, HeldLock::name), names(longest, AwaitedLock::name)));
    ObjectNode body = json.createObjectNode().put("instance", instance);
    ArrayNode heldNodes = body.putArray("held");
    first.stream()
        .filter(lock -> visible.test(lock.name()))
        .forEach(lock -> write(lock, heldNodes.addObject()));
    ArrayNode awaitedNodes = body.putArray("awaited");
    longest.stream()
        .filter(lock -> visible.test(lock.name()))
        .forEach(lock -> write(lock, awaitedNodes.addObject()));
    body.put("complete", held.size() <= MOST && awaited.size() <= MOST);
    write(locks.statistics(), body.putObject("statistics"));
    context
        .header("Cache-Control", "no-store")
        .contentType("application/json")
        .result(json.writeValueAsBytes(body));
  }

  private static <T> Stream<LockName> names(List<T> locks, Function<T, LockName> name) {
    return locks.stream().map(name);
  }

  /** Whose flows these are is asked once for all. */
  private Predicate<LockName> visible(Context context, Stream<LockName> names) {
    Set<FlowId> flows = new HashSet<>();
    names.forEach(name -> flowOf(name).ifPresent(flows::add));
    Map<FlowId, Owner> owners = flows.isEmpty() ? Map.of() : engine.owners(flows);
    String tenant = Caller.of(context).principal().tenant();
    return name ->
        flowOf(name)
            .map(flow -> {
              Owner owner = owners.get(flow);
              return owner != null && owner.tenant().equals(tenant);
            })
            .orElse(!name.value().startsWith(OF_FLOWS));
  }

  private static Optional<FlowId> flowOf(LockName name) {
    if (!name.value().startsWith(OF_FLOWS)) {
      return Optional.empty();
    }
    try {
      return Optional.of(new FlowId(UUID.fromString(name.value().substring(OF_FLOWS.length()))));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static void write(HeldLock lock, ObjectNode node) {
    node.put("name", lock.name().value()).put("holder", lock.holder());
    node.put("since", lock.since().toString());
    ArrayNode stores = node.putArray("stores");
    lock.stores().stream().sorted().forEach(stores::add);
  }

  private static void write(AwaitedLock lock, ObjectNode node) {
    node.put("name", lock.name().value()).put("holder", lock.holder());
    node.put("waitedSeconds", seconds(lock.waited()));
  }

  private static void write(LockStatistics statistics, ObjectNode node) {
    node.put("acquired", statistics.acquired())
        .put("waits", statistics.waits())
        .put("handOvers", statistics.handOvers())
        .put("refusals", statistics.refusals())
        .put("lost", statistics.lost())
        .put("fallbacks", statistics.fallbacks())
        .put("timeWaitedSeconds", seconds(statistics.timeWaited()))
        .put("longestWaitSeconds", seconds(statistics.longestWait()));
  }

  private static double seconds(Duration time) {
    return time.toMillis() / 1e3;
  }
}
