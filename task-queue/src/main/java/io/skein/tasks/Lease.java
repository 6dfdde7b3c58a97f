package io.skein.tasks;

/**
 * The right of one run to write in the name of its task; a newer run has a higher number. Issued
 * and checked by PostgreSQL alone.
 */
public record Lease(TaskId task, long number) {}
