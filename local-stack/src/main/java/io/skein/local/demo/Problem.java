package io.skein.local.demo;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import org.jspecify.annotations.Nullable;

/** An {@code application/problem+json} answer. */
@JsonIgnoreProperties(ignoreUnknown = true)
record Problem(@Nullable String title, @Nullable String detail) {

  String explained(int status) {
    String name = title == null ? "HTTP " + status : title;
    return detail == null ? name : name + ": " + detail;
  }
}
