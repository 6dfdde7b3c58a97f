/**
 * Flows: long work in phases, each step of which is one transaction.
 *
 * <p>A flow is an instance of a {@link io.skein.flows.FlowKind}. Its phases run as tasks; each step
 * locks the flow's row, checks that the flow still wants it, writes its effect, appends the events
 * that tell of it and completes its task, all in one commit.
 *
 * <pre>{@code
 * var engine = new FlowEngine(database, journal, tasks, List.of(new MyKind()), StepListener.NONE);
 * worker.register(engine.taskHandlers());
 * Flow flow = database.inTransaction(tx -> engine.create(tx, new NewFlow(...)));
 * commands.pause(flow.id(), caller, Precondition.none());
 * }</pre>
 */
@NullMarked
package io.skein.flows;

import org.jspecify.annotations.NullMarked;
