package io.skein.discovery.csv;

/** What a scan of a whole file came to. */
public sealed interface ScanOutcome permits Scanned, Refusal {}
