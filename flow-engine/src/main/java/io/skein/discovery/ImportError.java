package io.skein.discovery;

/**
 * What was wrong with a row or a cell of an upload.
 *
 * @param row 1 is the first data row, 0 the header
 * @param rejected false when the row was imported all the same
 */
public record ImportError(
    String file, long row, String column, String value, String reason, boolean rejected) {}
