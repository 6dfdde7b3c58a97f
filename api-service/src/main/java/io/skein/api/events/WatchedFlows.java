package io.skein.api.events;

import io.javalin.http.Context;
import io.skein.api.flows.Owners;
import io.skein.api.http.PathIds;
import io.skein.api.http.Problem;
import io.skein.api.http.ProblemException;
import io.skein.api.http.ProblemType;
import io.skein.flows.FlowEngine;
import io.skein.flows.FlowId;
import io.skein.flows.Owner;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The flows that a request wants to watch. Thread safe. */
public final class WatchedFlows {
  /** The most flows of one stream. */
  static final int MOST = 200;

  private final FlowEngine engine;

  public WatchedFlows(FlowEngine engine) {
    this.engine = engine;
  }

  /**
   * Reads ids.
   *
   * @throws ProblemException 400 when one is none, or there are too many
   */
  static Set<UUID> parse(Collection<@Nullable String> texts) {
    Set<UUID> ids = new LinkedHashSet<>();
    for (String text : texts) {
      ids.add(PathIds.uuid(String.valueOf(text)));
    }
    if (ids.size() > MOST) {
      throw Problem.of(
              ProblemType.MALFORMED_REQUEST,
              "One stream follows at most "
                  + MOST
                  + " flows. Name fewer, or none to follow all of the engagement.")
          .exception();
    }
    return ids;
  }

  /**
   * @throws ProblemException 404 when the caller may not see all of them
   */
  void demandVisible(Context context, Set<UUID> ids) {
    Set<FlowId> flows = new LinkedHashSet<>();
    ids.forEach(id -> flows.add(new FlowId(id)));
    if (flows.isEmpty()) {
      return;
    }
    Map<FlowId, Owner> owners = engine.owners(flows);
    Owner caller = Owners.of(context);
    if (!flows.stream().allMatch(flow -> caller.equals(owners.get(flow)))) {
      throw Owners.noSuchFlow();
    }
  }
}
