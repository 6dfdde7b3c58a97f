package io.skein.flows;

import io.skein.events.EventBus;
import io.skein.postgres.Database;
import io.skein.tasks.TaskQueue;
import tools.jackson.databind.json.JsonMapper;

/** The steps of a diamond flow without an engine around them. */
record DiamondSteps(FlowAdvance advance, PhaseSteps phases) {
  static DiamondSteps on(Database database, EventBus events, TaskQueue queue, JsonMapper json) {
    FlowDefinition definition = DiamondFlow.idle().definition();
    FlowStore store = new FlowStore(database, json);
    PhaseStore phases = new PhaseStore(json);
    UnitStore units = new UnitStore(json);
    FlowTasks tasks = new FlowTasks(queue, json, flow -> definition, java.util.Set.of());
    FlowAdvance advance =
        new FlowAdvance(
            store,
            phases,
            units,
            events.journal(),
            tasks,
            json,
            kind -> definition,
            events.progress());
    return new DiamondSteps(advance, new PhaseSteps(store, phases, units, tasks, advance, json));
  }
}
