package io.skein.tasks;

/**
 * A task that a remote worker has claimed, and the lease that every later write names. Immutable.
 */
public record RemoteRun(Task task, Lease lease) {}
