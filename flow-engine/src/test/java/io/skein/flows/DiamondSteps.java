package io.skein.flows;

import io.skein.events.EventBus;
import io.skein.postgres.Database;
import io.skein.tasks.TaskQueue;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;

/** The steps of a diamond flow without an engine around them. */
record DiamondSteps(FlowAdvance advance, PhaseSteps phases) {
  static DiamondSteps on(Database database, EventBus events, TaskQueue queue, JsonMapper json) {
    FlowKind kind = DiamondFlow.idle();
    FlowDefinition definition = kind.definition();
    FlowStore store = new FlowStore(database, json);
    PhaseStore phases = new PhaseStore(json);
    UnitStore units = new UnitStore(json);
    KindEnvironment environment = new KindEnvironment(database, new UploadStore(database), json);
    PhaseHandlers handlers = new PhaseHandlers(List.of(kind), environment, Set.of());
    FlowTasks tasks = new FlowTasks(queue, json, flow -> definition, handlers);
    FlowAdvance advance =
        new FlowAdvance(
            store,
            phases,
            units,
            events.journal(),
            tasks,
            json,
            name -> definition,
            events.progress());
    return new DiamondSteps(advance, new PhaseSteps(store, phases, units, tasks, advance, json));
  }
}
