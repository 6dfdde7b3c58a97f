package io.skein.tasks;

/** That a task may be claimed now. Never a right to it: the claim in PostgreSQL decides. */
record Hint(String queue, Priority priority, TaskId task) {}
