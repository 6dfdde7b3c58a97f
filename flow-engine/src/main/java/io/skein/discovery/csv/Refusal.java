package io.skein.discovery.csv;

import java.util.Objects;

/**
 * Why a file is no inventory that can be read.
 *
 * @param code stable, for programs: {@code empty_file}, {@code not_csv}, {@code nul_byte}, {@code
 *     unsupported_encoding}, {@code headers_only}, {@code one_column}, {@code too_many_columns},
 *     {@code cell_too_large}, {@code row_too_large}, {@code unclosed_quote}, {@code broken_quotes}
 * @param detail for people: what was found and what to do about it
 */
public record Refusal(String code, String detail) implements ScanOutcome {
  public Refusal {
    Objects.requireNonNull(code);
    Objects.requireNonNull(detail);
  }
}
